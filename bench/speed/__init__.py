"""The speed of Newsfold beside its peers, one run: `python -m bench.speed`.

`river` makes the articles, `newsfold` and `peers` are what takes them, each in a process of its own, turn by
turn (`turns`), and `race` reads the figures off. The other rows have a module each; `table` writes them.
"""
