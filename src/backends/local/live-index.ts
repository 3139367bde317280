/**
 * The keyword index holds the segments of the files that are not deleted, and nothing else: BM25
 * weighs a word by all that is in the index, so the same files give the same hits whatever was
 * deleted beside them. The content of the index is a view
 * (https://www.sqlite.org/fts5.html#external_content_tables), so that "rebuild" and
 * "integrity-check" follow the same rule. `CROSS JOIN` keeps the rows in the order of their
 * numbers, which the index wants.
 *
 * A cascade deletes a parent row before its children. The segments of a deleted row are therefore
 * taken out before it goes: those of a file by the file's trigger, those of a version that is
 * replaced by the version's.
 */
export const LIVE_INDEX_SCHEMA = `
  CREATE VIEW live_segments AS
    SELECT s.id, s.text, s.speaker, s.grams FROM segments s CROSS JOIN versions v ON v.id = s.version_id CROSS JOIN assets a ON a.id = v.asset_id
    WHERE a.deleted_at_ms IS NULL;
  DROP TRIGGER segments_insert;
  DROP TRIGGER segments_delete;
  DROP TABLE segments_fts;
  CREATE VIRTUAL TABLE segments_fts USING fts5 (
    text, speaker, grams, content = 'live_segments', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2', prefix = '3'
  );
  INSERT INTO segments_fts (segments_fts) VALUES ('rebuild');
  CREATE TRIGGER segments_insert AFTER INSERT ON segments
    WHEN EXISTS (SELECT 1 FROM versions v JOIN assets a ON a.id = v.asset_id WHERE v.id = new.version_id AND a.deleted_at_ms IS NULL) BEGIN
    INSERT INTO segments_fts (rowid, text, speaker, grams) VALUES (new.id, new.text, new.speaker, new.grams);
  END;
  CREATE TRIGGER versions_delete BEFORE DELETE ON versions
    WHEN EXISTS (SELECT 1 FROM assets a WHERE a.id = old.asset_id AND a.deleted_at_ms IS NULL) BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text, speaker, grams)
      SELECT 'delete', id, text, speaker, grams FROM segments WHERE version_id = old.id;
  END;
  CREATE TRIGGER assets_delete BEFORE DELETE ON assets WHEN old.deleted_at_ms IS NULL BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text, speaker, grams)
      SELECT 'delete', s.id, s.text, s.speaker, s.grams FROM versions v JOIN segments s ON s.version_id = v.id WHERE v.asset_id = old.id;
  END;
  CREATE TRIGGER assets_hide AFTER UPDATE OF deleted_at_ms ON assets WHEN old.deleted_at_ms IS NULL AND new.deleted_at_ms IS NOT NULL BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text, speaker, grams)
      SELECT 'delete', s.id, s.text, s.speaker, s.grams FROM versions v JOIN segments s ON s.version_id = v.id WHERE v.asset_id = new.id;
  END;
  CREATE TRIGGER assets_show AFTER UPDATE OF deleted_at_ms ON assets WHEN old.deleted_at_ms IS NOT NULL AND new.deleted_at_ms IS NULL BEGIN
    INSERT INTO segments_fts (rowid, text, speaker, grams)
      SELECT s.id, s.text, s.speaker, s.grams FROM versions v JOIN segments s ON s.version_id = v.id WHERE v.asset_id = new.id;
  END;
  `;
