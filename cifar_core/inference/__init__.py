"""What needs the network itself: predictions, features, activations, and what they become of changed images.

Each module imports torch and is therefore imported by its own name.
"""
