"""Optimizers and schedules of a run as plain code."""

from cifar_core.config import (
    AdamConfig,
    AdamWConfig,
    CosineScheduleConfig,
    LinearScheduleConfig,
    MuonConfig,
    OneCycleScheduleConfig,
    OptimizerConfig,
    RMSpropConfig,
    ScheduleConfig,
    SGDConfig,
    StepScheduleConfig,
)

_PARTS = """
trained = [(name, parameter) for name, parameter in net.named_parameters() if parameter.requires_grad]
biases = [parameter for _, parameter in trained if parameter.ndim < 2]  # and scales of norms
weights = [(name, parameter) for name, parameter in trained if parameter.ndim >= 2]
head = [parameter for name, parameter in weights if name.startswith("classifier")]  # the last layer's
hidden = [parameter for name, parameter in weights if not name.startswith("classifier")]
"""

MUON = '''
def orthogonalize(matrix, num_iterations):
    """About U V^T of a matrix U S V^T, by the Newton-Schulz iteration (Jordan, 2024)."""
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if is_tall else matrix).bfloat16()
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(num_iterations):
        gram = x @ x.T
        # x <- 3.4445 x + (-4.775 gram + 2.0315 gram gram) x
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=-4.7750, alpha=2.0315), x, beta=3.4445)
    return (x.T if is_tall else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum whose steps change every direction of a weight matrix by the same amount; SGD for all the rest."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, momentum = group["lr"], group["momentum"]
            for parameter in group["params"]:
                gradient = parameter.grad
                buffer = self.state[parameter].setdefault("buffer", torch.zeros_like(parameter))
                if group["is_hidden"] and group["fixed_length"]:
                    parameter.mul_(len(parameter) ** 0.5 / parameter.norm().clamp(min=1e-7))
                elif parameter.ndim >= 2:
                    parameter.mul_(1 - lr * group["weight_decay"])
                if group["is_hidden"]:
                    buffer.lerp_(gradient, 1 - momentum)
                    matrix = gradient.lerp(buffer, momentum).flatten(1)
                    tall = max(1.0, matrix.shape[0] / matrix.shape[1]) ** 0.5
                    direction = orthogonalize(matrix, group["num_iterations"]).view(parameter.shape)
                    parameter.sub_(direction, alpha=lr * tall)
                else:
                    buffer.mul_(momentum).add_(gradient)
                    parameter.sub_(gradient.add(buffer, alpha=momentum), alpha=lr)
'''


def optimizer_code(config: OptimizerConfig) -> str:
    """Return the code of an optimizer over `net`, its learning rate to be set before each step."""
    if isinstance(config, MuonConfig):
        return _muon_code(config)
    name, options = _torch_optimizer(config)
    if not config.weight_decay and config.bias_multiplier == config.head_multiplier == 1:
        return f"\noptimizer = torch.optim.{name}(net.parameters(), lr={config.learning_rate:g}{options})\n"
    decay = f'"weight_decay": {config.weight_decay:g}'
    return f"""{_PARTS}
groups = [  # weight decay for weights alone; a multiplier of the learning rate each
    {{"params": hidden, "multiplier": 1.0, {decay}}},
    {{"params": head, "multiplier": {config.head_multiplier!r}, {decay}}},
    {{"params": biases, "multiplier": {config.bias_multiplier!r}, "weight_decay": 0.0}},
]
groups = [group for group in groups if group["params"]]
optimizer = torch.optim.{name}(groups, lr={config.learning_rate:g}{options})
"""


def _torch_optimizer(config: OptimizerConfig) -> tuple[str, str]:
    match config:
        case SGDConfig():
            return "SGD", f", momentum={config.momentum:g}, nesterov={config.nesterov}"
        case AdamConfig():
            return "Adam", ""
        case AdamWConfig():
            return "AdamW", "" if config.weight_decay else ", weight_decay=0.0"
        case RMSpropConfig():
            return "RMSprop", f", momentum={config.momentum:g}"
        case MuonConfig():
            raise ValueError("optimizer 'muon' is none of torch's; allowed: any other")


def _muon_code(config: MuonConfig) -> str:
    return f"""{MUON}
{_PARTS}
groups = [
    {{"params": hidden, "multiplier": 1.0, "is_hidden": True}},
    {{"params": head, "multiplier": {config.head_multiplier!r}, "is_hidden": False}},
    {{"params": biases, "multiplier": {config.bias_multiplier!r}, "is_hidden": False}},
]
options = {{
    "lr": {config.learning_rate:g},
    "momentum": {config.momentum:g},
    "weight_decay": {config.weight_decay:g},
    "fixed_length": {config.fixed_length},  # hidden weights keep their length
    "num_iterations": {config.num_iterations},
}}
optimizer = Muon([group for group in groups if group["params"]], options)
"""


def schedule_code(config: ScheduleConfig, peak: float, num_epochs: int) -> str:
    """Return the code of `learning_rate(step)`, for 0-based steps."""
    body = "\n".join(f"    {line}" if line else "" for line in _schedule_lines(config))
    return f"""
num_epochs = {num_epochs}
num_steps = num_epochs * len(train_loader)


def learning_rate(step):
{body.replace("PEAK", f"{peak:g}")}
"""


def _schedule_lines(config: ScheduleConfig) -> list[str]:
    match config:
        case StepScheduleConfig():
            drops = f"step * {config.num_drops + 1} // num_steps"
            return [f"return PEAK * {config.factor:g} ** ({drops})  # drops at even distances"]
        case LinearScheduleConfig() | CosineScheduleConfig():
            is_cosine = isinstance(config, CosineScheduleConfig)
            down = "(1 + math.cos(math.pi * progress)) / 2" if is_cosine else "(1 - progress)"
            if not config.warmup_fraction:
                return ["progress = step / num_steps", f"return PEAK * {down}"]
            return [
                f"num_warmup = round({config.warmup_fraction:g} * num_steps)",
                "if step < num_warmup:  # climbs first",
                "    return PEAK * (step + 1) / (num_warmup + 1)",
                "progress = (step - num_warmup) / max(num_steps - num_warmup, 1)",
                f"return PEAK * {down}",
            ]
        case OneCycleScheduleConfig():
            return [
                "def anneal(start, end, progress):  # half a cosine",
                "    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2",
                "",
                f"top = max({config.warmup_fraction:g} * num_steps - 1, 1e-9)",
                "if step <= top:",
                "    return PEAK * anneal(1 / 25, 1, step / top)",
                "progress = min((step - top) / max(num_steps - 1 - top, 1e-9), 1)",
                "return PEAK * anneal(1, 1 / 25e4, progress)",
            ]
        case _:
            return ["return PEAK  # the same from the first step to the last"]
