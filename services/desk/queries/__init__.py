"""What pages ask of the read model: one module a page, a connection in, a view out."""
