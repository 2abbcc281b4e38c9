"""Both ways to run Newsfold, one machine or many, simulated at any number of articles a day.

What goes in is kept apart: costs measured on this machine, distributions measured on real copy, figures that
other commands measured, and what is assumed.
"""
