"""The tables of the read model, and the stamps that say whether a file on disk is still of their make."""

import zlib
from typing import Final

INTAKE: Final = 2
"""Raise it when records are taken otherwise though the tables stay: files are then made anew."""
BODIES: Final = 2
"""Raise it when bodies are packed otherwise: files with the old ones cannot be read."""

# Ids come in no order. Where rows are large they lie as they came, with an index of ids alone beside
# them: what is written lies together, and the index fits into memory.
TABLES: Final = """
create table place (
  topic text, partition integer, next integer not null, at_us integer not null,
  primary key (topic, partition)
) without rowid;
create table tally (name text primary key, count integer not null) without rowid;
create table skip (
  topic text, reason text, count integer not null, partition integer not null, offset integer not null,
  primary key (topic, reason)
) without rowid;
create table watermark (
  partition integer, origin integer, at_us integer not null, primary key (partition, origin)
) without rowid;

create table version (
  id integer primary key, version_id text not null unique, article_id text not null, url text not null,
  source text not null, title text not null, language text not null, first_us integer not null,
  length integer not null, words integer not null,
  partition integer not null, offset integer not null
);
create table content (id integer primary key, body blob not null);
create virtual table hit using fts5 (words, content='', columnsize=0);
insert into hit (hit, rank) values ('hashsize', 16777216);
create table withdrawal (
  article_id text primary key, at_us integer not null, note text not null
) without rowid;
create table verdict (
  id integer primary key, version_id text not null unique, article_id text not null, story_id text not null,
  outcome text not null, copies integer not null, body blob not null,
  partition integer not null, offset integer not null
);
create table early (version_id text primary key, copies integer not null) without rowid;

create table story (
  story_id text not null primary key, revision integer not null, at_us integer not null,
  merged_into text not null, gone integer not null default 0, alone text not null default '',
  state integer not null, partition integer, offset integer,
  body blob not null
);
create table state (
  id integer primary key, story_id text not null, revision integer not null,
  at_us integer not null, until_us integer, first_us integer not null, last_us integer not null,
  articles integer not null, outlets integer not null, texts integer not null, copies integer not null,
  velocity real not null, heat real not null, reach integer not null,
  languages text not null, sources text not null, agencies text not null,
  subjects text not null
);
create unique index state_story on state (story_id, revision);
create table card (id integer primary key, body blob not null);
create view spread as select story_id, articles, outlets, texts, copies from state where until_us is null;
create table change (
  id integer primary key, at_us integer not null, change text not null, article_id text not null,
  url text not null, updates blob, partition integer not null, offset integer not null
);
create table update_of (
  version_id text primary key, replaced_id text not null, body blob not null
) without rowid;
create table member (
  article_id text not null primary key, story_id text not null, version_id text not null,
  source text not null, role text not null, of_source text not null, first_us integer not null,
  delay_s integer not null, since_us integer not null
);
create index member_story on member (story_id);
create table stay (
  article_id text, since_us integer, story_id text not null, role text not null,
  primary key (article_id, since_us)
) without rowid;

create table outlet (
  name text primary key, articles integer not null, first integer not null, copied integer not null,
  rewrote integer not null, updated integer not null, corrected integer not null, withdrawn integer not null,
  stories integer not null, alone integer not null
) without rowid;
create table delay (
  name text, bucket integer, count integer not null, primary key (name, bucket)
) without rowid;
create table taking (
  name text, of_name text, count integer not null, primary key (name, of_name)
) without rowid;
create index taking_of on taking (of_name);

create table event (
  event_id text primary key, storyline_id text not null, merged_into text not null, gone integer not null,
  partition integer not null, offset integer not null, body blob not null
) without rowid;
create table event_story (story_id text primary key, event_id text not null) without rowid;
create index event_stories on event_story (event_id);
create table storyline (
  storyline_id text primary key, gone integer not null, partition integer not null, offset integer not null,
  body blob not null
) without rowid;

create table feed (
  feed_id text primary key, asked blob, row blob, grade integer not null, failures integer not null,
  source text not null, status text not null
) without rowid;
create index feed_grade on feed (grade, failures desc, source);
create table dead (
  service text, partition integer, offset integer, reason text not null, detail text not null,
  origin text not null, at_us integer, size integer not null, primary key (service, partition, offset)
) without rowid;
"""

INDEXES: Final = """
create index version_article on version (article_id, first_us);
create index verdict_article on verdict (article_id);
create index state_heat on state (reach, heat desc, story_id, at_us, until_us);
create index state_first on state (first_us desc, story_id, at_us, until_us);
create index standing_heat on state (heat desc, story_id) where until_us is null;
create index standing_first on state (first_us desc, story_id) where until_us is null;
create index standing_spread on state (story_id, articles, outlets, texts, copies) where until_us is null;
create index member_source on member (source, first_us, article_id);
"""
"""Which pages alone ask: a file that nobody reads yet gets them when it is complete, sorted at once."""


def tables_stamp() -> int:
    """Of what pages ask: a file with another one cannot be read by them. Positive, 31 bits."""
    return zlib.crc32(f"{BODIES} {TABLES} {INDEXES}".encode()) & 0x7FFFFFFF


def intake_stamp(texts: str) -> int:
    """Of how the tables were filled: a file with another one can be read, and is to be made anew."""
    return zlib.crc32(f"{INTAKE} {texts} {tables_stamp()}".encode()) & 0x7FFFFFFF
