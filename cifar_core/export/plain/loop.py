"""The training loop of a run as plain code."""

from cifar_core.config import RunConfig, TrainingConfig
from cifar_core.export.plain.code import indent


def evaluation_code(config: TrainingConfig) -> str:
    """Return the code of `evaluate(net, loader)`: accuracy and loss of images that are not trained on."""
    look, helper = "net(images)", ""
    if config.flip_averaging or config.shift_averaging:
        look, helper = "look(net, images)", _look_code(config)
    return f'''{helper}
@torch.no_grad()
def evaluate(net, loader):
    """Return the share of right predictions and the mean loss."""
    net.eval()  # no dropout; batch norm uses its running statistics
    num_right, total_loss, num_images = 0, 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        scores = {look}
        num_right += int((scores.argmax(dim=1) == labels).sum())
        total_loss += float(F.cross_entropy(scores, labels, reduction="sum"))
        num_images += len(labels)
    return num_right / num_images, total_loss / num_images
'''


def _look_code(config: TrainingConfig) -> str:
    """Return the code that averages scores over versions of an image."""
    once = "(net(images) + net(images.flip(-1))) / 2" if config.flip_averaging else "net(images)"
    name = "look_once" if config.shift_averaging else "look"
    code = f'''
def {name}(net, images):
    """Scores{" as the mean over each image and its mirror image" if config.flip_averaging else ""}."""
    return {once}

'''
    if config.shift_averaging:
        code += '''
def look(net, images):
    """Scores as the mean over each image, and the image moved by a pixel either way."""
    wider = F.pad(images, (1, 1, 1, 1), mode="reflect")
    up_left, down_right = wider[..., 2:, 2:], wider[..., :32, :32]
    moved = look_once(net, up_left) + look_once(net, down_right)
    return look_once(net, images) / 2 + moved / 4

'''
    return code


def training_code(config: RunConfig, precision: str) -> str:
    """Return the code that trains `net` and keeps the weights of the best epoch.

    Args:
        config: Of the run.
        precision: What it was trained in: "float32" or "bfloat16".
    """
    training = config.training
    evaluated = "average" if training.ema_decay else "net"
    lines = [
        *(["average = copy.deepcopy(net).requires_grad_(False)  # of the weights, moving"] * bool(training.ema_decay)),
        *(["fast_net = torch.compile(net)"] if training.compile else []),
        "best_accuracy, best_epoch, best_weights, step = -1.0, 0, None, 0",
        "for epoch in range(1, num_epochs + 1):",
        "    net.train()",
        "    for images, targets in train_loader:",
        "        images, targets = images.to(device), targets.to(device)",
        indent(_step_lines(config, precision), 2),
        "        step += 1",
        f"    val_accuracy, val_loss = evaluate({evaluated}, val_loader)",
        '    print(f"epoch {epoch}: train loss {loss.item():.3f} (last batch), val accuracy {val_accuracy:.2%}")',
        "    if val_accuracy > best_accuracy:",
        "        best_accuracy, best_epoch = val_accuracy, epoch",
        f"        best_weights = copy.deepcopy({evaluated}.state_dict())",
        *_patience_lines(training),
    ]
    return "\n".join(lines) + "\n"


def _step_lines(config: RunConfig, precision: str) -> list[str]:
    training = config.training
    call = "fast_net(images)" if training.compile else "net(images)"
    smoothing = f", label_smoothing={training.label_smoothing:g}" if training.label_smoothing else ""
    lines = ["images, targets = mix(images, targets)"] if config.augmentation.mixes_labels else []
    lines += [
        "for group in optimizer.param_groups:",
        '    group["lr"] = learning_rate(step) * group.get("multiplier", 1.0)',
    ]
    if precision == "bfloat16":
        lines += ["with torch.autocast(device, torch.bfloat16):  # half as many bits", f"    scores = {call}"]
    else:
        lines.append(f"scores = {call}")
    lines += [
        f"loss = F.cross_entropy(scores.float(), targets{smoothing})",
        "optimizer.zero_grad()",
        "loss.backward()",
    ]
    if training.gradient_clipping:
        lines.append(f"nn.utils.clip_grad_norm_(net.parameters(), {training.gradient_clipping:g})")
    lines.append("optimizer.step()")
    return [*lines, *(_average_lines(training) if training.ema_decay else [])]


def _average_lines(training: TrainingConfig) -> list[str]:
    return [
        f"decay = min({training.ema_decay:g}, (1 + step) / (10 + step))",
        "with torch.no_grad():",
        "    for ours, its in zip(average.parameters(), net.parameters(), strict=True):",
        "        ours.lerp_(its, 1 - decay)",
        "    for ours, its in zip(average.buffers(), net.buffers(), strict=True):",
        "        ours.copy_(its)",
    ]


def _patience_lines(training: TrainingConfig) -> list[str]:
    if not training.early_stopping_patience:
        return []
    return [
        f"    if epoch - best_epoch >= {training.early_stopping_patience}:",
        '        print("stopped early: val has not become better")',
        "        break",
    ]
