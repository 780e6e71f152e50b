import django.db.models.deletion
import recordings.models
from django.db import migrations, models

# FTS5 with the entries as its content. One token is what stands between blanks;
# every prefix of up to five letters is a list of its own, in the order of time.
_SQLITE = [
    """
    CREATE VIRTUAL TABLE recordings_searchmatch USING fts5(
        recording_id UNINDEXED, text,
        content='recordings_searchentry', content_rowid='id',
        detail='none', columnsize=0, prefix='1 2 3 4 5', tokenize='ascii'
    )
    """,
    """
    CREATE VIRTUAL TABLE recordings_searchword
    USING fts5vocab(recordings_searchmatch, 'instance')
    """,
    """
    CREATE TRIGGER recordings_searchentry_insert
    AFTER INSERT ON recordings_searchentry BEGIN
        INSERT INTO recordings_searchmatch(rowid, text) VALUES (new.id, new.text);
    END
    """,
    """
    CREATE TRIGGER recordings_searchentry_delete
    AFTER DELETE ON recordings_searchentry BEGIN
        INSERT INTO recordings_searchmatch(recordings_searchmatch, rowid, text)
        VALUES ('delete', old.id, old.text);
    END
    """,
    """
    CREATE TRIGGER recordings_searchentry_update
    AFTER UPDATE ON recordings_searchentry BEGIN
        INSERT INTO recordings_searchmatch(recordings_searchmatch, rowid, text)
        VALUES ('delete', old.id, old.text);
        INSERT INTO recordings_searchmatch(rowid, text) VALUES (new.id, new.text);
    END
    """,
]
_POSTGRESQL = [
    """
    ALTER TABLE recordings_searchentry ADD COLUMN words tsvector GENERATED ALWAYS AS
    (array_to_tsvector(string_to_array(btrim(text), ' '))) STORED
    """,
    """
    CREATE INDEX recordings_searchentry_words
    ON recordings_searchentry USING gin (words)
    """,
    """
    CREATE VIEW recordings_searchmatch AS
    SELECT id AS rowid, recording_id, words AS recordings_searchmatch
    FROM recordings_searchentry
    """,
]
_UNDONE = {
    "sqlite": [
        "DROP TABLE recordings_searchword",
        "DROP TABLE recordings_searchmatch",
    ],
    "postgresql": ["DROP VIEW recordings_searchmatch"],
}


def add_index(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[vendor]:
        schema_editor.execute(statement)


def remove_index(apps, schema_editor):
    for statement in _UNDONE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('recordings', '0005_resumable_uploads'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('text', models.TextField(help_text='Each word with a blank before it.')),
                ('recording', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='search_entry', to='recordings.recording')),
            ],
        ),
        migrations.CreateModel(
            name='SearchMatch',
            fields=[
                ('id', models.BigIntegerField(db_column='rowid', primary_key=True, serialize=False)),
                ('words', recordings.models.MatchField(db_column='recordings_searchmatch')),
            ],
            options={
                'db_table': 'recordings_searchmatch',
                'managed': False,
            },
        ),
        migrations.RunPython(add_index, remove_index),
    ]
