"""Situations of newsrooms in invented copy, with what must come out: the labelled set that ships."""
