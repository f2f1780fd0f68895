"""Labels: those that a network doubts, those that people have judged, people beside the network, and a game."""
