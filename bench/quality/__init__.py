"""Every figure of folding on press copy, beside plain datasketch on the same data in the same run.

Run it with `python -m bench.quality`. The figures and what they must reach are in `goals`; how each is
counted is in the module named after it. Nothing here uses dedup's own notion of words, shingles or
overlap: what is measured is counted anew, exactly, from the texts.
"""
