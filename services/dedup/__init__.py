"""Articles in, relations and clusters out.

The chain, each stage a pure module: words -> shingles -> novelty -> sketch -> route -> index ->
overlap -> passages -> screens -> relate -> stories; `shard` runs it in order behind the watermark.
`docs/folding.md` explains every threshold.
"""
