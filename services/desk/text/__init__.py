"""Plain text made ready to be looked at: stretches, signs that hide, words that changed."""
