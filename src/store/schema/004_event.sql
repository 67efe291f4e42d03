-- In which conversation an event was heard, when the platform names only the event: an edit or a deletion.
CREATE INDEX inbox_event ON inbox (event);
