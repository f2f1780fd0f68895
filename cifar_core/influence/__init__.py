"""What taught a network: the training images behind an answer, by its last layer."""
