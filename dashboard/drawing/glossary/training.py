"""Words of training: what is learned from, by which steps, on what."""

from dashboard.drawing.glossary.term import Term

TERMS = (
    Term(
        "run",
        "One training of one network with one set of settings. Its settings, curves, weights and predictions are kept "
        "together in a folder.",
    ),
    Term(
        "park",
        "To end a run after an epoch so that its device is free for others, and to take it up again later. It then "
        "goes on with the schedule it began with, and comes to the same result as without the break.",
        words=("parked", "parking"),
    ),
    Term(
        "preset",
        "Settings that are known to work, to start from. Change one of them at a time, and you see what it does.",
    ),
    Term(
        "epoch",
        "One pass over all training images. After each, the network is measured on val and its predictions are saved.",
        fields=("training.num_epochs",),
    ),
    Term(
        "batch",
        "The images from which one step is computed together. Their gradients are averaged, so a larger batch makes a "
        "smoother step.",
        words=("batches",),
        fields=("training.batch_size",),
    ),
    Term(
        "step",
        "One update of the weights, computed from one batch. An epoch has as many steps as there are batches.",
    ),
    Term(
        "loss",
        "How surprised the network is by the right answer: minus the logarithm of the probability it gave that class. "
        "Training makes it small.",
        words=("losses",),
    ),
    Term(
        "nats",
        "The unit of the loss with natural logarithms. Guessing evenly among ten classes costs 2.3 nats, certainty of "
        "the right one none.",
    ),
    Term(
        "gradient",
        "For every weight, how fast the loss grows when the weight does. A step goes the opposite way.",
    ),
    Term(
        "gradient norm",
        "The length of the gradient over all weights together. Sudden leaps, or zeros, mean trouble.",
    ),
    Term(
        "learning rate",
        "How far each step moves the weights against the gradient. It is the setting that matters most: try it first, "
        "in factors of three.",
        fields=("optimizer.learning_rate",),
    ),
    Term(
        "range test",
        "A short trial that raises the learning rate step by step and watches the loss. Where the loss bursts, the "
        "rate is far too large.",
        words=("Find a learning rate",),
    ),
    Term(
        "schedule",
        "How the learning rate changes in the course of a run. Large steps find a good region, small ones at the end "
        "settle in it.",
    ),
    Term(
        "warm-up",
        "The first steps, in which the learning rate climbs to its full value. It spares fresh weights steps that "
        "would throw them off.",
        words=("warmup",),
        fields=("schedule.warmup_fraction",),
    ),
    Term(
        "constant schedule",
        "The learning rate stays the same from the first step to the last. Simple, but the weights never quite settle.",
        labels=("Constant",),
    ),
    Term(
        "step schedule",
        "The learning rate is multiplied by a factor after equal parts of the run. Each drop usually brings a leap in "
        "accuracy.",
        labels=("Step",),
        fields=("schedule.num_drops", "schedule.factor"),
    ),
    Term(
        "linear schedule",
        "After a warm-up the learning rate falls in a straight line to zero. It is plain, and hard to beat.",
        labels=("Linear",),
    ),
    Term(
        "cosine schedule",
        "After a warm-up the learning rate falls along half a cosine wave to zero. It stays high for long and lands "
        "softly.",
        labels=("Cosine",),
    ),
    Term(
        "one cycle",
        "The learning rate climbs for a good part of the run and then comes down again. The slow climb allows a "
        "higher peak than weights would bear at once.",
        labels=("One cycle",),
    ),
    Term(
        "optimizer",
        "The rule that turns gradients into steps. Optimizers differ in what they remember of earlier gradients.",
    ),
    Term(
        "SGD",
        "Stochastic gradient descent: each step follows the gradient of one random batch. With momentum and a good "
        "schedule it is among the best for images.",
        words=("stochastic gradient descent",),
    ),
    Term(
        "momentum",
        "Steps carry on in the direction of earlier ones, as a rolling ball does. It smooths out the noise of single "
        "batches and speeds up long slopes.",
        fields=("optimizer.momentum",),
    ),
    Term(
        "Nesterov",
        "A form of momentum that looks ahead: it adds the new gradient as if the coming step were begun already. It "
        "swings past the goal less.",
        fields=("optimizer.nesterov",),
        words=("nesterov",),
    ),
    Term(
        "Adam",
        "An optimizer that divides each weight's step by the recent size of its gradient. It works with little tuning.",
    ),
    Term(
        "AdamW",
        "Adam with weight decay that is kept out of the gradient's scaling. The decay then pulls on all weights alike.",
    ),
    Term(
        "RMSprop",
        "An optimizer that divides each weight's step by the recent size of its gradient. Adam adds a memory of the "
        "direction to it.",
    ),
    Term(
        "Muon",
        "An optimizer that lets all directions of a weight matrix learn equally fast, the rare ones too. It steers "
        "filters and hidden layers, and SGD the rest.",
    ),
    Term(
        "Newton-Schulz iteration",
        "A few matrix products that make all directions of a step about equally long. Muon applies it to each step.",
        fields=("optimizer.num_iterations",),
    ),
    Term(
        "fixed length",
        "Weights are brought back to the same length before each step, so that steps can only turn them. The learning "
        "rate alone then says how fast.",
        fields=("optimizer.fixed_length",),
    ),
    Term(
        "weight decay",
        "A small pull of the weights towards zero in each step. It keeps them from growing without need, and often "
        "helps on new images.",
        fields=("optimizer.weight_decay",),
    ),
    Term(
        "label smoothing",
        "The target is no longer all one class: a small share is spread over the others. The network need not be "
        "certain, and its probabilities become milder.",
        fields=("training.label_smoothing",),
    ),
    Term(
        "gradient clipping",
        "A gradient that is longer than a limit is shortened to it. One odd batch then cannot throw the weights far "
        "off.",
        fields=("training.gradient_clipping",),
    ),
    Term(
        "moving average of the weights",
        "The weights of recent steps, averaged, with the newest counting most. It predicts better than the last "
        "weights alone, which still jitter.",
        words=("EMA",),
        fields=("training.ema_decay",),
    ),
    Term(
        "test-time augmentation",
        "The prediction is the mean over an image and changed copies of it, such as its mirror image. It is a little "
        "better and takes as many times longer.",
        words=("Shifted and mirrored",),
        fields=("training.flip_averaging", "training.shift_averaging"),
    ),
    Term(
        "early stopping",
        "The run ends when val accuracy has not improved for some epochs, its patience. It saves time that would only "
        "be spent on learning by heart.",
        fields=("training.early_stopping_patience",),
    ),
    Term(
        "device",
        "What does the arithmetic: the processor (CPU) or a graphics card (GPU). A graphics card trains many times "
        "faster.",
        words=("CPU", "GPU", "Device busy"),
        fields=("training.device",),
    ),
    Term(
        "device memory",
        "The memory of the graphics card, which holds the weights, their gradients and what each layer makes of a "
        "batch. A smaller batch needs less.",
    ),
    Term(
        "number format",
        "How many bits a number has in the arithmetic: 32 in float32, 16 in bfloat16. Half as many can be twice as "
        "fast, and for training are exact enough.",
        words=("bfloat16", "float32"),
        fields=("training.precision",),
    ),
    Term(
        "compiling",
        "Before training, PyTorch fuses the network's operations into larger ones. The start takes longer, each step "
        "less.",
        words=("torch.compile",),
        fields=("training.compile",),
    ),
    Term(
        "kept weights",
        "The weights of an epoch as they were saved after it, rounded to half precision. From them any epoch's answers "
        "can be explained later.",
        words=("weights of each epoch",),
        fields=("training.save_every_epoch",),
    ),
    Term(
        "look at test",
        "Reading what a network says of test images. Each is counted, since who chooses by test no longer has anything "
        "to judge the choice by.",
        fields=("training.evaluate_test",),
    ),
    Term(
        "CPU thread",
        "A strand of computing; a processor runs as many at once as it has cores. More than that do not help.",
        fields=("training.num_threads",),
    ),
    Term(
        "throughput",
        "How many images are trained on in a second. It tells how long an epoch takes, whatever is learned in it.",
        words=("images a second",),
    ),
    Term(
        "overfitting",
        "The network gets better on training images and not on new ones. It has begun to learn them by heart.",
    ),
    Term(
        "diverge",
        "The loss grows instead of falling, until the numbers are no longer finite. A smaller learning rate usually "
        "mends it.",
        words=("diverged",),
    ),
)
