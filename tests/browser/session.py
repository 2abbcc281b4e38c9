"""How skips begin where no browser is installed; a module of its own, so that asking needs no browser."""

NO_BROWSER = "no browser: "
