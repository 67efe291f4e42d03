// Lucene with the chain of its FrenchAnalyzer and BM25, behind the protocol of compare.py: one JSON object a line in,
// one out.

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.DelegatingAnalyzerWrapper;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.fr.FrenchLightStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.apache.lucene.analysis.util.ElisionFilter;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.QueryBuilder;

public final class Lucene {
    /** What the driver chooses among; see compare.py. */
    static final class Options {
        boolean folded;
        boolean families;
        float english;
        String combine;
        boolean fuzzy;
        float k1;
        float b;
    }

    static final class Order {
        String op;
        String name;
        String file;
        Options options;
        List<String> texts;
        Map<String, Float> boosts;
        int limit;
        int rounds;
    }

    static final class Sheet {
        String id;
        Map<String, String> fields;
    }

    /** The chain of FrenchAnalyzer, with accents folded and word families if they are wished for. */
    static final class French extends Analyzer {
        private final boolean folded;
        private final SynonymMap families;

        French(boolean folded, SynonymMap families) {
            this.folded = folded;
            this.families = families;
        }

        @Override
        protected TokenStreamComponents createComponents(String field) {
            StandardTokenizer tokens = new StandardTokenizer();
            TokenStream words = new ElisionFilter(tokens, FrenchAnalyzer.DEFAULT_ARTICLES);
            words = new StopFilter(new LowerCaseFilter(words), FrenchAnalyzer.getDefaultStopSet());
            if (families != null) words = new SynonymGraphFilter(words, families, true);
            if (folded) words = new ASCIIFoldingFilter(words);
            return new TokenStreamComponents(tokens, new FrenchLightStemFilter(words));
        }
    }

    /** Documents of one kind. Every field is there twice: read as French, and as English. */
    static final class Shelf {
        private static final String ENGLISH = "@en";
        private final List<String> ids = new ArrayList<>();
        private final IndexSearcher searcher;
        private final QueryBuilder queries;
        private final Options options;

        Shelf(Path sheets, Options options, SynonymMap families) throws IOException {
            this.options = options;
            BM25Similarity bm25 = new BM25Similarity(options.k1, options.b);
            Path folder = Files.createTempDirectory("lucene");
            MMapDirectory directory = new MMapDirectory(folder);
            IndexWriterConfig config = new IndexWriterConfig(analyzer(null)).setSimilarity(bm25);
            try (IndexWriter writer = new IndexWriter(directory, config.setRAMBufferSizeMB(256));
                    BufferedReader lines = Files.newBufferedReader(sheets)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    writer.addDocument(document(JSON.fromJson(line, Sheet.class)));
                }
            }
            IndexReader reader = DirectoryReader.open(directory);
            for (int number = 0; number < reader.maxDoc(); number++) ids.add(reader.document(number).get("id"));
            try (var files = Files.list(folder)) {
                // Mapped files stay readable after they have lost their names.
                for (Path file : (Iterable<Path>) files::iterator) Files.delete(file);
            }
            searcher = new IndexSearcher(reader);
            searcher.setSimilarity(bm25);
            queries = new QueryBuilder(analyzer(options.families ? families : null));
        }

        private Analyzer analyzer(SynonymMap families) {
            Analyzer french = new French(options.folded, families);
            Analyzer english = new EnglishAnalyzer();
            return new DelegatingAnalyzerWrapper(Analyzer.PER_FIELD_REUSE_STRATEGY) {
                @Override
                protected Analyzer getWrappedAnalyzer(String field) {
                    return field.endsWith(ENGLISH) ? english : french;
                }
            };
        }

        private Document document(Sheet sheet) {
            Document document = new Document();
            document.add(new StoredField("id", sheet.id));
            for (Map.Entry<String, String> field : sheet.fields.entrySet()) {
                document.add(new TextField(field.getKey(), field.getValue(), Field.Store.NO));
                if (options.english > 0) {
                    document.add(new TextField(field.getKey() + ENGLISH, field.getValue(), Field.Store.NO));
                }
            }
            return document;
        }

        JsonObject search(Order order) throws IOException {
            List<List<Object[]>> hits = new ArrayList<>();
            List<double[]> micros = new ArrayList<>();
            for (int round = 0; round < order.rounds; round++) {
                hits.clear();
                double[] times = new double[order.texts.size()];
                for (int place = 0; place < times.length; place++) {
                    long begun = System.nanoTime();
                    hits.add(found(query(order.texts.get(place), order), order.limit));
                    times[place] = (System.nanoTime() - begun) / 1e3;
                }
                micros.add(times);
            }
            JsonObject answer = new JsonObject();
            answer.add("hits", JSON.toJsonTree(hits));
            answer.add("micros", JSON.toJsonTree(micros));
            return answer;
        }

        private List<Object[]> found(Query query, int limit) throws IOException {
            List<Object[]> named = new ArrayList<>();
            for (ScoreDoc hit : searcher.search(query, limit).scoreDocs) {
                named.add(new Object[] {ids.get(hit.doc), hit.score});
            }
            return named;
        }

        private Query query(String text, Order order) {
            List<Query> fields = new ArrayList<>();
            for (Map.Entry<String, Float> boost : order.boosts.entrySet()) {
                add(fields, boost.getKey(), text, boost.getValue(), order.options.fuzzy);
                if (order.options.english > 0) {
                    add(fields, boost.getKey() + ENGLISH, text, boost.getValue() * order.options.english, false);
                }
            }
            if (order.options.combine.equals("best field")) return new DisjunctionMaxQuery(fields, 0.3f);
            return either(fields);
        }

        private void add(List<Query> fields, String field, String text, float boost, boolean fuzzy) {
            Query query = queries.createBooleanQuery(field, text);
            if (query != null) fields.add(new BoostQuery(fuzzy ? forgiving(query) : query, boost));
        }

        /** Each word with its misspellings, as many as Elasticsearch's "AUTO" allows. */
        private static Query forgiving(Query query) {
            if (query instanceof TermQuery) {
                int length = ((TermQuery) query).getTerm().text().length();
                return length < 3 ? query : new FuzzyQuery(((TermQuery) query).getTerm(), length > 5 ? 2 : 1, 1);
            }
            if (!(query instanceof BooleanQuery)) return query;
            List<Query> words = new ArrayList<>();
            for (BooleanClause clause : (BooleanQuery) query) words.add(forgiving(clause.getQuery()));
            return either(words);
        }

        private static Query either(List<Query> queries) {
            BooleanQuery.Builder any = new BooleanQuery.Builder();
            for (Query query : queries) any.add(query, BooleanClause.Occur.SHOULD);
            return any.build();
        }
    }

    private static final Gson JSON = new Gson();

    public static void main(String[] arguments) throws Exception {
        SynonymMap families = families(Path.of(arguments[0]));
        Map<String, Shelf> shelves = new HashMap<>();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Order order = JSON.fromJson(line, Order.class);
            if (order.op.equals("index")) {
                long begun = System.nanoTime();
                shelves.put(order.name, new Shelf(Path.of(order.file), order.options, families));
                JsonObject answer = new JsonObject();
                answer.addProperty("ms", (System.nanoTime() - begun) / 1e6);
                out.println(answer);
            } else {
                out.println(shelves.get(order.name).search(order));
            }
        }
    }

    /** Word families, in Solr's format. */
    private static SynonymMap families(Path file) throws Exception {
        SolrSynonymParser parser = new SolrSynonymParser(true, true, new WhitespaceAnalyzer());
        parser.parse(Files.newBufferedReader(file));
        return parser.build();
    }
}
