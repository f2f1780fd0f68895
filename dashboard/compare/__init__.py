"""The page Compare: two runs, image by image, and their settings over seeds."""
