"""What pages are drawn with: colours, words, charts, tables and tiles. It knows no run and no session."""
