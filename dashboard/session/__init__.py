"""What all pages share while they are drawn: the frame, the address, what was loaded, what is made meanwhile."""
