"""Content as the sheets that editors really use: `mascot export --csv`, `mascot import`."""
