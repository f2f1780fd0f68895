"""Classes and functions that plain networks use, written out as they appear in a notebook."""

RESIDUAL_BLOCK = '''
class ResidualBlock(nn.Module):
    """Two convolutions whose result is added to the input."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != out_channels:  # the input has another shape: bring it to this one
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return F.relu(y + self.shortcut(x))
'''

PREACTIVATION_BLOCK = '''
class PreactivationBlock(nn.Module):
    """Norm and ReLU before each convolution, so that the shortcut stays untouched (He et al., 2016)."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.shortcut = None
        if stride != 1 or in_channels != out_channels:  # the input has another shape: bring it to this one
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)

    def forward(self, x):
        active = F.relu(self.norm1(x))
        y = self.conv2(F.relu(self.norm2(self.conv1(active))))
        return y + (x if self.shortcut is None else self.shortcut(active))
'''

CHANNEL_NORM = '''
class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each place."""

    def __init__(self, num_channels):
        super().__init__(num_channels, eps=1e-6)

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)  # channels last, and back
'''

CHANNEL_SCALE = '''
class ChannelScale(nn.Module):
    """A learned factor for each channel."""

    def __init__(self, num_channels):
        super().__init__()
        self.factors = nn.Parameter(torch.full((num_channels,), 0.1))

    def forward(self, x):
        return x * self.factors[:, None, None]
'''

CONVNEXT_BLOCK = '''
class Block(nn.Module):
    """A filter for each channel, then dense layers at each place, scaled and added to the input."""

    def __init__(self, num_channels, kernel_size):
        super().__init__()
        self.conv = nn.Conv2d(num_channels, num_channels, kernel_size, padding=kernel_size // 2, groups=num_channels)
        self.norm = ChannelNorm(num_channels)
        self.expand = nn.Conv2d(num_channels, 4 * num_channels, 1)
        self.reduce = nn.Conv2d(4 * num_channels, num_channels, 1)
        self.scale = ChannelScale(num_channels)

    def forward(self, x):
        y = self.norm(self.conv(x))
        y = self.reduce(F.gelu(self.expand(y)))
        return x + self.scale(y)
'''

WHITEN = '''
@torch.no_grad()
def whiten(net, images):
    """Set the first layer's filters to the principal components of 2x2 patches, each with either sign."""
    patches = images.double().unfold(2, 2, 1).unfold(3, 2, 1)  # (N, 3, 31, 31, 2, 2)
    vectors = patches.permute(0, 2, 3, 1, 4, 5).reshape(-1, 12)
    variances, components = torch.linalg.eigh(vectors.T.cov())
    filters = (components / (variances + 5e-4).sqrt()).T.reshape(-1, 3, 2, 2).flip(0)  # the strongest first
    net.conv0.weight.copy_(torch.cat([filters, -filters]))
'''

RESIDUAL_CONV = '''
class ResidualConv(nn.Module):
    """activation(norm(convolution(x)) + shortcut(x)); the shortcut is a 1x1 convolution where the shape changes."""

    def __init__(self, in_channels, channels, kernel_size, stride, norm, activation):
        super().__init__()
        has_bias = not isinstance(norm, nn.BatchNorm2d)  # which has its own
        self.conv = nn.Conv2d(in_channels, channels, kernel_size, stride, kernel_size // 2, bias=has_bias)
        self.norm = norm
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != channels:
            self.shortcut = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
        self.activation = activation

    def forward(self, x):
        return self.activation(self.norm(self.conv(x)) + self.shortcut(x))
'''
