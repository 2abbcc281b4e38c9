"""What pages show, as frozen structs: a template renders one, its JSON twin is the same struct encoded.

One module a page. The words are those of the records; the counts of a story are one struct, `Spread`.
"""
