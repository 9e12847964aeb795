"""The networks and trainings of `speed_cases` in PyTorch, as somebody writes them there who wants them fast on a CPU.

Channels last; no gradient is computed that nobody uses: none of the generator in the discriminator's step, none of the
discriminator's weights in the generator's, and R1 and R2 share the logits' graph with the loss.
"""

import contextlib

import torch
from torch import nn
from torch.nn.functional import interpolate, softplus
from torch.nn.utils.parametrizations import spectral_norm
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


class Residual(nn.Module):
    """The sum of two branches."""

    def __init__(self, branch, shortcut):
        super().__init__()
        self.branch, self.shortcut = branch, shortcut

    def forward(self, x):
        return self.branch(x) + self.shortcut(x)


class Lambda(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def maps(channels, side):
    """From vectors to maps that lie channels last."""
    return Lambda(lambda x: x.view(-1, side, side, channels).permute(0, 3, 1, 2))


def flat():
    """From maps that lie channels last to vectors, without a copy."""
    return Lambda(lambda x: x.permute(0, 2, 3, 1).flatten(1))


# DCGAN.


def dcgan_generator(latent_dim, size, channels, width, first_side=4, kernel_size=5):
    stages = (size // first_side).bit_length() - 1
    widths = [width * 2**stage for stage in range(stages)][::-1]
    layers = [nn.Linear(latent_dim, widths[0] * first_side**2, bias=False), maps(widths[0], first_side)]
    for i, before in enumerate(widths):
        last = i == stages - 1
        after = channels if last else widths[i + 1]
        layers += [nn.BatchNorm2d(before), nn.ReLU()]
        layers += [nn.ConvTranspose2d(before, after, kernel_size, 2, kernel_size // 2, output_padding=1, bias=last)]
    return nn.Sequential(*layers, nn.Tanh())


def dcgan_discriminator(size, channels, width, last_side=4, kernel_size=5, norm="batch"):
    stages = (size // last_side).bit_length() - 1
    layers, before = [], channels
    for stage in range(stages):
        after = width * 2**stage
        layers += [nn.Conv2d(before, after, kernel_size, 2, kernel_size // 2, bias=stage == 0)]
        if stage:
            layers += [nn.GroupNorm(1, after) if norm == "layer" else nn.BatchNorm2d(after)]
        layers += [nn.LeakyReLU(0.2)]
        before = after
    return nn.Sequential(*layers, flat(), nn.Linear(before * last_side**2, 1))


# The residual networks of SNGAN and WGAN-GP.


def up(before, after):
    """Doubled bilinearly, then a convolution, beside the same with norms and one more."""
    double = Lambda(lambda x: interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))
    first = [nn.BatchNorm2d(before), nn.ReLU(), double, nn.Conv2d(before, after, 3, padding=1)]
    second = [nn.BatchNorm2d(after), nn.ReLU(), nn.Conv2d(after, after, 3, padding=1)]
    return Residual(nn.Sequential(*first, *second), nn.Sequential(double, nn.Conv2d(before, after, 1)))


def resnet_generator(latent_dim, size, channels, width):
    blocks = [up(width, width) for _ in range((size // 4).bit_length() - 1)]
    end = [nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, channels, 3, padding=1), nn.Tanh()]
    return nn.Sequential(nn.Linear(latent_dim, width * 16), maps(width, 4), *blocks, *end)


def resnet_discriminator(size, channels, width, norm="spectral", pooling="sum"):
    wrap = spectral_norm if norm == "spectral" else lambda layer: layer

    def conv(before, after, kernel_size):
        return wrap(nn.Conv2d(before, after, kernel_size, padding=kernel_size // 2))

    blocks = []
    for i in range(4):
        first, down = i == 0, i < (1 if size == 8 else 2)
        before = channels if first else width
        branch = [] if first else [nn.ReLU()]
        branch += [conv(before, width, 3), nn.ReLU(), conv(width, width, 3), *[nn.AvgPool2d(2)] * down]
        shortcut = nn.Identity()
        if first:
            shortcut = nn.Sequential(nn.AvgPool2d(2), conv(before, width, 1))
        elif down:
            shortcut = nn.Sequential(conv(before, width, 1), nn.AvgPool2d(2))
        blocks += [Residual(nn.Sequential(*branch), shortcut)]
    pool = Lambda(lambda x: x.float().sum((2, 3)) if pooling == "sum" else x.float().mean((2, 3)))
    return nn.Sequential(*blocks, nn.ReLU(), pool, wrap(nn.Linear(width, 1)))


# R3GAN.


class Basis(nn.Module):
    """A learned 4x4 map for each channel, scaled by a linear function of the latents."""

    def __init__(self, latent_dim, width):
        super().__init__()
        self.basis = nn.Parameter(torch.randn(1, width, 4, 4))
        self.linear = nn.Linear(latent_dim, width, bias=False)

    def forward(self, x):
        return (self.basis * self.linear(x)[:, :, None, None]).contiguous(memory_format=torch.channels_last)


def neighbours(left, right, axis):
    """The values before those of `left` and after those of `right`; 0 outside."""
    zero, most = torch.zeros_like(left.narrow(axis, 0, 1)), left.shape[axis] - 1
    return torch.cat([zero, right.narrow(axis, 0, most)], axis), torch.cat([left.narrow(axis, 1, most), zero], axis)


def doubled(x):
    """By the filter [1, 3, 3, 1], in rows and columns that lie channels last."""
    x = x.permute(0, 2, 3, 1)
    for axis in (1, 2):
        before, after = neighbours(x, x, axis)
        x = torch.stack([0.25 * before + 0.75 * x, 0.75 * x + 0.25 * after], axis + 1).flatten(axis, axis + 1)
    return x.permute(0, 3, 1, 2)


def halved(x):
    """By the same filter."""
    x = x.permute(0, 2, 3, 1)
    for axis in (1, 2):
        even, odd = x.unflatten(axis, (-1, 2)).unbind(axis + 1)
        before, after = neighbours(even, odd, axis)
        x = 0.375 * (even + odd) + 0.125 * (before + after)
    return x.permute(0, 3, 1, 2)


def stage(width, blocks, expansion, group_size):
    wide, residuals = width * expansion, []
    for _ in range(blocks):
        branch = [nn.Conv2d(width, wide, 1), nn.LeakyReLU(0.2)]
        branch += [nn.Conv2d(wide, wide, 3, padding=1, groups=wide // group_size), nn.LeakyReLU(0.2)]
        residuals += [Residual(nn.Sequential(*branch, nn.Conv2d(wide, width, 1, bias=False)), nn.Identity())]
    return residuals


def r3gan_generator(latent_dim, size, channels, width, blocks=2, expansion=2, group_size=16):
    layers = [Basis(latent_dim, width), *stage(width, blocks, expansion, group_size)]
    for _ in range(size.bit_length() - 3):
        layers += [Lambda(doubled), *stage(width, blocks, expansion, group_size)]
    return nn.Sequential(*layers, nn.Conv2d(width, channels, 1, bias=False))


def r3gan_discriminator(size, channels, width, blocks=2, expansion=2, group_size=16):
    layers = [nn.Conv2d(channels, width, 1, bias=False)]
    for _ in range(size.bit_length() - 3):
        layers += [*stage(width, blocks, expansion, group_size), Lambda(halved)]
    layers += stage(width, blocks, expansion, group_size)
    return nn.Sequential(*layers, nn.Conv2d(width, width, 4, groups=width, bias=False), flat(), nn.Linear(width, 1, bias=False))


# Points.


def mlp(before, width, depth, after, activation):
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(before, width), activation]
        before = width
    return nn.Sequential(*layers, nn.Linear(before, after))


def mlp_generator(latent_dim, shape, width, depth, output):
    if output != "linear":
        raise ValueError("written for points")
    return mlp(latent_dim, width, depth, shape[0], nn.ReLU())


def mlp_discriminator(shape, width, depth):
    return mlp(shape[0], width, depth, 1, nn.LeakyReLU(0.2))


NETWORKS = {
    "dcgan": (dcgan_generator, dcgan_discriminator),
    "resnet": (resnet_generator, resnet_discriminator),
    "r3gan": (r3gan_generator, r3gan_discriminator),
    "mlp": (mlp_generator, mlp_discriminator),
}
DISCRIMINATOR_LOSSES = {
    "NonSaturating": lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
    "Hinge": lambda real, fake: (1 - real).relu().mean() + (1 + fake).relu().mean(),
    "Wasserstein": lambda real, fake: fake.mean() - real.mean(),
    "Relativistic": lambda real, fake: softplus(fake - real).mean(),
}
GENERATOR_LOSSES = {
    "NonSaturating": lambda fake: softplus(-fake).mean(),
    "Hinge": lambda fake: -fake.mean(),
    "Wasserstein": lambda fake: -fake.mean(),
}


def networks(case):
    """The peers of a case's networks, channels last, as many parameters in all."""
    generator, discriminator = NETWORKS[case.kind]
    pair = generator(case.latent_dim, **case.generator), discriminator(**case.discriminator)
    for network in pair:
        for module in network.modules():
            if case.kind == "dcgan" and isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
                nn.init.normal_(module.weight, 0.0, 0.02)
        network.to(memory_format=torch.channels_last)
    return pair


def parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


class Flop(TorchDispatchMode):
    """Counts the arithmetic of products and convolutions in `total`.

    PyTorch's own counter fails on gradients of gradients, and takes grouped convolutions' weight gradients for whole ones.
    """

    total = 0

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        result = operator(*args, **(kwargs or {}))
        if operator is torch.ops.aten.convolution_backward.default:
            errors, inputs, kernel, transposed, wanted = args[0], args[1], args[2], args[7], args[10]
            written = inputs if transposed else errors
            self.total += 2 * kernel.numel() * (written.numel() // written.shape[1]) * sum(wanted[:2])
        elif count := flop_registry.get(operator.overloadpacket):
            self.total += count(*args, **(kwargs or {}), out_val=result)
        return result


def training(case, examples, bfloat16, fused):
    """A function of a number of rounds that trains the peers on `examples`, a float32 array [N, ...]."""
    torch.manual_seed(0)
    generator, discriminator = networks(case)
    rate, *betas = case.adam
    options = {"lr": rate, "betas": tuple(betas), "eps": 1e-7, "fused": fused}
    g_optimizer, d_optimizer = (torch.optim.Adam(network.parameters(), **options) for network in (generator, discriminator))
    examples = torch.from_numpy(examples)
    penalties = {type(penalty).__name__: penalty for penalty in case.penalties}
    loss_name = type(case.loss).__name__

    def formatted():
        return torch.autocast("cpu", torch.bfloat16) if bfloat16 else contextlib.nullcontext()

    def shuffled():
        while True:
            order = torch.randperm(len(examples))
            for first in range(0, len(order) - case.batch + 1, case.batch):
                real = examples[order[first : first + case.batch]]
                yield real.permute(0, 3, 1, 2) if case.is_image else real

    batches = shuffled()

    def latents():
        return torch.randn(case.batch, case.latent_dim)

    def slope(logits, at):
        (gradient,) = torch.autograd.grad(logits.sum(), at, create_graph=True)
        return gradient.float().square().flatten(1).sum(1)

    def discriminator_step():
        real = next(batches)
        with torch.no_grad(), formatted():
            fake = generator(latents())
        fake = fake.float()
        own = "R1" in penalties
        real, fake = (x.requires_grad_() if own else x for x in (real, fake))
        with formatted():
            real_logits, fake_logits = discriminator(real).float(), discriminator(fake).float()
        loss = DISCRIMINATOR_LOSSES[loss_name](real_logits, fake_logits)
        if own:
            for name, logits, at in (("R1", real_logits, real), ("R2", fake_logits, fake)):
                loss = loss + penalties[name].gamma / 2 * slope(logits, at).mean()
        if "WGANGP" in penalties:
            epsilon = torch.rand(case.batch, 1, 1, 1)
            between = torch.lerp(fake, real, epsilon).requires_grad_()
            with formatted():
                logits = discriminator(between).float()
            loss = loss + penalties["WGANGP"].weight * ((slope(logits, between) + 1e-12).sqrt() - 1).square().mean()
        d_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        d_optimizer.step()
        return real

    def generator_step(real):
        discriminator.requires_grad_(False)
        with formatted():
            fake_logits = discriminator(generator(latents())).float()
            if case.loss.needs_real:
                with torch.no_grad():
                    real_logits = discriminator(real).float()
        loss = softplus(real_logits - fake_logits).mean() if case.loss.needs_real else GENERATOR_LOSSES[loss_name](fake_logits)
        g_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        g_optimizer.step()
        discriminator.requires_grad_(True)

    def run(rounds):
        for _ in range(rounds):
            for _ in range(case.discriminator_steps):
                real = discriminator_step()
            generator_step(real)

    return run, parameters(generator), parameters(discriminator)
