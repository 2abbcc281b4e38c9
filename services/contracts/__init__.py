"""What is on the wire: frozen structs, ids, the topic table. Depends on msgspec alone.

Every record type carries `schema_version`. Fields are added with a default and never renamed or
removed within a version; `tests/contracts/samples/` holds old records that must stay readable.
"""
