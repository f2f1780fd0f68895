"""Words of networks and of what they are made of."""

from dashboard.drawing.glossary.term import Term

TERMS = (
    Term(
        "MLP",
        "Multi-layer perceptron: dense layers alone, which do not know that neighbouring pixels belong together. It "
        "is the baseline that a convolutional network has to beat.",
    ),
    Term(
        "convolutional network",
        "A network that slides small filters over the image, so that a pattern is found wherever it is. It needs far "
        "fewer weights than dense layers.",
        words=("CNN", "Simple CNN"),
    ),
    Term(
        "VGG",
        "A network of 3x3 convolutions in blocks, each at half the resolution of the one before. It showed that depth "
        "with small filters beats few large ones.",
    ),
    Term(
        "ResNet",
        "A network whose blocks add to what they are given instead of replacing it. These shortcuts let very deep "
        "networks learn.",
    ),
    Term(
        "ConvNeXt",
        "A convolutional network of 2022 with parts borrowed from transformers. Each block looks around with one "
        "filter a channel and then mixes the channels at every place.",
    ),
    Term(
        "Speed CNN",
        "A small network that reaches high accuracies in the shortest time. Its first layer is set from the images "
        "rather than learned.",
    ),
    Term(
        "custom network",
        "A network of your own, put together block by block. Shapes are checked while you build, so that what can be "
        "started can be trained.",
        labels=("Custom",),
    ),
    Term(
        "layer",
        "One stage of a network: it takes numbers in and hands numbers on. What is learned lies in the weights of its "
        "layers.",
        fields=("model.num_hidden_layers",),
    ),
    Term(
        "convolution",
        "A layer that slides small filters over the image and notes how well each fits at each place. The same "
        "weights serve all places.",
        fields=("model.convs_per_block",),
    ),
    Term(
        "depthwise",
        "A convolution in which each filter looks at a single channel. It is cheap, and another layer then mixes the "
        "channels.",
    ),
    Term(
        "filter",
        "A small square of weights that answers to one pattern, such as an edge or a colour. In the first layer the "
        "patterns can be looked at as pictures.",
    ),
    Term(
        "kernel size",
        "The side of a filter in pixels. A larger one sees more at once and costs more to compute.",
        fields=("model.kernel_size", "conv.kernel_size"),
    ),
    Term(
        "stride",
        "How many pixels a filter or a square moves from one place to the next. A stride of 2 halves the resolution.",
        fields=("conv.stride",),
    ),
    Term(
        "channel",
        "One of the layers of numbers that make up an image or what a layer hands on. A picture has three, red, green "
        "and blue; inside a network each shows one pattern.",
        fields=("conv.channels",),
    ),
    Term(
        "network width",
        "How many filters or channels a layer has. A wider network can hold more patterns, and its cost grows with "
        "the square of the width.",
        fields=("model.width", "model.last_width"),
    ),
    Term(
        "network depth",
        "How many layers follow one another. A deeper network can build larger patterns out of smaller ones, but is "
        "harder to train.",
        fields=("model.depth",),
    ),
    Term(
        "block",
        "A few layers that are used together as a unit. Networks are described by their blocks rather than layer by "
        "layer.",
        fields=("model.num_blocks", "model.blocks_per_stage", "model.blocks"),
    ),
    Term(
        "dense layer",
        "A layer in which every output is a weighted sum of all inputs. It sees everything at once, but has to learn "
        "each place for itself.",
        words=("hidden layer", "dense"),
        fields=("model.hidden_size",),
    ),
    Term(
        "unit",
        "One output of a layer, also called a neuron. It adds up its inputs by their weights and answers to one "
        "pattern.",
        fields=("dense.units",),
    ),
    Term(
        "pooling",
        "Shrinks the image by keeping one number of each small square, the largest or the mean. What follows sees "
        "more of the image and costs less.",
        fields=("pool.method", "pool.size"),
    ),
    Term(
        "global pooling",
        "Keeps one number of each channel: how much of its pattern there is, wherever it is. Places are forgotten, "
        "which suits the question of what an image shows.",
        fields=("global_pool.method",),
    ),
    Term(
        "activation",
        "The function that bends a layer's outputs before they are handed on. Without it, many layers in a row could "
        "do no more than one.",
        fields=("conv.activation", "dense.activation"),
    ),
    Term(
        "ReLU",
        "The most common activation: negative numbers become zero, others stay as they are. It is quick to compute "
        "and easy to train through.",
    ),
    Term(
        "dead ReLU",
        "A unit that was zero for every image it was shown. No gradient flows through it, so it no longer learns.",
        words=("Dead",),
    ),
    Term(
        "batch norm",
        "Shifts and scales each channel by its mean and spread over the batch. Training becomes steadier and bears "
        "larger learning rates.",
        words=("batch normalisation", "normalisation layer"),
        fields=("model.batch_norm", "conv.norm"),
    ),
    Term(
        "dropout",
        "Silences some units at random in each training step. The network cannot rely on any one of them, which helps "
        "against learning by heart.",
        fields=("model.dropout", "dropout.rate"),
    ),
    Term(
        "shortcut",
        "A way past a block along which its input is added to its output. Gradients take it too, which lets deep "
        "networks learn.",
        words=("residual",),
        fields=("conv.residual",),
    ),
    Term(
        "preactivation",
        "In each block, normalisation and ReLU come before the convolution instead of after it. The shortcuts then "
        "stay untouched from end to end.",
        fields=("model.preactivation",),
    ),
    Term(
        "whitening",
        "A first layer whose filters are computed so that its outputs do not follow one another on training images. "
        "What comes after has less to untangle.",
        fields=("model.whitening",),
    ),
    Term(
        "parameter",
        "A number that training sets: a weight, a bias or a scale of a normalisation layer. More of them can learn "
        "more, and can also memorise more.",
        words=("trainable parameter",),
    ),
    Term(
        "weights",
        "The numbers in a network that training changes. All that it has learned is in them.",
        words=("weight",),
    ),
    Term(
        "bias",
        "A number that is added to a layer's output whatever its input. There are few biases, and they often bear "
        "larger learning rates.",
        words=("biases",),
        fields=("optimizer.bias_multiplier",),
    ),
    Term(
        "last layer",
        "The layer that turns features into one score for each class, also called the head. It may learn best at a "
        "learning rate of its own.",
        fields=("optimizer.head_multiplier",),
    ),
    Term(
        "MACs",
        "Multiply-accumulates: how often the network multiplies two numbers and adds the result, for one image. It is "
        "a measure of cost that does not depend on the machine.",
        words=("multiply-accumulate",),
    ),
    Term(
        "receptive field",
        "The part of the image that can change one output of a layer. It grows from layer to layer, and what lies "
        "outside is not seen.",
        words=("Sees",),
    ),
    Term(
        "features",
        "The numbers that a layer makes of an image. Early ones tell edges and colours, late ones what is there.",
    ),
    Term(
        "score",
        "The number that the network gives a class before it is made a probability, also called a logit. Only the "
        "differences between scores matter.",
        words=("logit",),
    ),
    Term(
        "probability",
        "A class's score turned into a share of one, so that all ten add up to 100 %. Whether it can be taken at its "
        "word is a question of calibration.",
        words=("probabilities",),
    ),
)
