"""The read model over HTTP: pages, their JSON, Atom, and a stream that says what changed."""
