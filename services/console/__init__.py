"""What a person at a terminal meets: the bodies of the commands, progress, tables, exported files."""
