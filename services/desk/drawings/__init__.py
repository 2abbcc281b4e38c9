"""What is drawn, as numbers: places in percent of a box, so that a drawing is as wide as its column."""
