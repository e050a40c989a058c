"""How long the tracker's pages take on an installation that has grown large."""
