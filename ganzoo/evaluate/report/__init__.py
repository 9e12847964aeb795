"""An evaluation as one self-contained HTML file that a person likes to read."""
