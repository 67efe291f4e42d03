//! Where the content comes from: folders that the operator names, the folders at hand, or the copy in the binary.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use include_dir::{Dir, include_dir};
use tokio::sync::watch;

use crate::config::Settings;
use crate::dialogue::{Content, House, load_script};
use crate::knowledge::{Library, SourceFile};
use crate::problem::{Problem, Severity};
use crate::{learnt, links};

static SHIPPED_KNOWLEDGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/knowledge");
static SHIPPED_CONVERSATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/conversations");

/// Folders of content; empty ones mean those at hand, else the shipped copy.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Later folders replace files of earlier ones.
    pub knowledge: Vec<PathBuf>,
    pub conversations: Option<PathBuf>,
}

/// The content when it can be served, and all that is wrong with it.
pub struct Loaded {
    pub content: Option<Content>,
    pub problems: Vec<Problem>,
}

/// The content that is served now. A cheap handle; clones see the same.
#[derive(Clone)]
pub struct Shelf {
    current: watch::Sender<Arc<Content>>,
    settings: Arc<Settings>,
}

/// What came of reading the content again.
#[derive(Debug)]
pub enum Reloaded {
    /// It holds from the next turn on.
    Taken { methods: usize },
    /// It cannot be served, for these reasons; what was served still is.
    Refused(Vec<Problem>),
}

impl Shelf {
    /// # Errors
    /// As [`for_agents`].
    pub fn fill(settings: &Settings) -> anyhow::Result<Self> {
        let current = watch::Sender::new(Arc::new(for_agents(settings)?));
        Ok(Self { current, settings: Arc::new(settings.clone()) })
    }

    pub fn now(&self) -> Arc<Content> {
        Arc::clone(&self.current.borrow())
    }

    /// Follows the changes.
    pub fn watch(&self) -> watch::Receiver<Arc<Content>> {
        self.current.subscribe()
    }

    /// Reads the files again, as at the start of the program. It takes some seconds, so not among the turns.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub async fn reload(&self) -> anyhow::Result<Reloaded> {
        let settings = Arc::clone(&self.settings);
        let loaded = tokio::task::spawn_blocking(move || load_for_agents(&settings)).await??;
        let Some(content) = loaded.content else {
            let errors = loaded.problems.into_iter().filter(|problem| problem.severity == Severity::Error);
            return Ok(Reloaded::Refused(errors.collect()));
        };
        let methods = content.library.methods().len();
        self.current.send_replace(Arc::new(content));
        Ok(Reloaded::Taken { methods })
    }
}

/// Reads and checks everything.
///
/// # Errors
/// When a folder cannot be read; what is wrong inside a file is a [`Problem`].
pub fn load(sources: &Sources, house: House) -> anyhow::Result<Loaded> {
    let (library, mut problems) = learnt::library(&knowledge_files(sources)?);
    let (script, more) = load_script(&conversation_files(sources)?);
    problems.extend(more);
    problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let content =
        library.zip(script).map(|(library, script)| Content { script: script.into(), library: library.into(), house });
    Ok(Loaded { content, problems })
}

/// All that is wrong, with what an editor would say of a base that can be served.
///
/// # Errors
/// As [`load`].
pub fn review(sources: &Sources, house: House) -> anyhow::Result<Loaded> {
    let mut loaded = load(sources, house)?;
    if let Some(content) = &loaded.content {
        loaded.problems.extend(content.library.review(&knowledge_files(sources)?));
    }
    loaded.problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    Ok(loaded)
}

/// Content that can be served; its errors, readable, when it cannot.
///
/// # Errors
/// The list of what must be mended.
pub fn load_or_explain(sources: &Sources, house: House) -> anyhow::Result<Content> {
    explained(load(sources, house)?)
}

fn explained(loaded: Loaded) -> anyhow::Result<Content> {
    loaded.content.ok_or_else(|| {
        let errors = loaded.problems.iter().filter(|problem| problem.severity == Severity::Error);
        let list: Vec<String> = errors.map(ToString::to_string).collect();
        anyhow::anyhow!("the content cannot be used:\n{}", list.join("\n"))
    })
}

/// What agents are served: without the links that failed twice.
///
/// # Errors
/// As [`load_or_explain`].
pub fn for_agents(settings: &Settings) -> anyhow::Result<Content> {
    explained(load_for_agents(settings)?)
}

fn load_for_agents(settings: &Settings) -> anyhow::Result<Loaded> {
    let mut loaded = load(&Sources::of(settings), House::of(settings))?;
    if let Some(content) = &mut loaded.content {
        library_mut(content)?.set_aside(&links::broken(&settings.data));
    }
    Ok(loaded)
}

/// The base of content that was just loaded, to be changed.
///
/// # Errors
/// When something else uses it already.
pub fn library_mut(content: &mut Content) -> anyhow::Result<&mut Library> {
    Arc::get_mut(&mut content.library).context("the base is in use already")
}

/// # Errors
/// When a folder cannot be read.
pub fn knowledge_files(sources: &Sources) -> anyhow::Result<Vec<SourceFile>> {
    if sources.knowledge.is_empty() {
        return at_hand_or_shipped("knowledge", "vocabulary.yaml", &SHIPPED_KNOWLEDGE);
    }
    let mut files = Vec::new();
    for folder in &sources.knowledge {
        files.extend(read_folder(folder)?);
    }
    Ok(files)
}

fn conversation_files(sources: &Sources) -> anyhow::Result<Vec<SourceFile>> {
    match &sources.conversations {
        Some(folder) => read_folder(folder),
        None => at_hand_or_shipped("conversations", "coach.yaml", &SHIPPED_CONVERSATIONS),
    }
}

fn at_hand_or_shipped(folder: &str, sign: &str, shipped: &Dir<'_>) -> anyhow::Result<Vec<SourceFile>> {
    if Path::new(folder).join(sign).is_file() {
        return read_folder(Path::new(folder));
    }
    let mut files = Vec::new();
    read_shipped(folder, shipped, &mut files);
    Ok(files)
}

fn read_shipped(folder: &str, shipped: &Dir<'_>, files: &mut Vec<SourceFile>) {
    for file in shipped.files() {
        if let Some(text) = file.contents_utf8().filter(|_| is_content(file.path())) {
            files.push(SourceFile { path: Path::new(folder).join(file.path()), text: text.to_owned() });
        }
    }
    for inner in shipped.dirs() {
        read_shipped(folder, inner, files);
    }
}

fn read_folder(folder: &Path) -> anyhow::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    read_into(folder, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn read_into(folder: &Path, files: &mut Vec<SourceFile>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            read_into(&path, files)?;
        } else if is_content(&path) {
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            // A file in another encoding shows as replacement signs, which the checks point at, line by line.
            files.push(SourceFile { text: String::from_utf8_lossy(&bytes).into_owned(), path });
        }
    }
    Ok(())
}

/// Sheets, needs and YAML; not the guides, nor the golden dialogues.
fn is_content(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let guide = name.starts_with("LISEZMOI") || name.starts_with("README");
    !guide && (name.ends_with(".md") || name.ends_with(".txt") || name.ends_with(".yaml")) && !name.starts_with('.')
}
