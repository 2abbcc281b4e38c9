"""What can stand in the place of enrich's rules, loaded only where `enrich.extractor` names it."""
