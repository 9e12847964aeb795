"""What token generators are used for: drawing texts, also relaxed ones, scoring them, and playing begun ones to their end.

All loops over tokens are `tf.while_loop`s over whole batches. Draws are by inverse distribution functions: a text is a
deterministic function of one uniform number a token.
"""

import math

import tensorflow as tf

PAD = 0
# From here on, searching a vocabulary in two stages takes less time.
MANY_TOKENS = 512
ALMOST_ONE = 1.0 - 1e-6
# A uniform number of 0 has no Gumbel noise, and nothing is divided by a temperature of 0.
LEAST = 1e-20


def inside(tokens, ends=True):
    """Which tokens [B, T] are part of their text, its first 0 (the end) included: float32 [B, T]."""
    if not ends:
        return tf.ones(tf.shape(tokens))
    return tf.math.cumprod(tf.cast(tokens != PAD, tf.float32), axis=1, exclusive=True)


def inverse_cdf(logits, uniforms):
    """The token at which the distribution function of softmax(logits), [B, V], passes a number in [0, 1): int32 [B].

    A large vocabulary is searched in two stages, since summing up all of it takes longer than all the rest: first the block
    of tokens, then the token in it.
    """
    chances, size = tf.nn.softmax(logits), logits.shape[-1]
    if size < MANY_TOKENS:
        tokens, _ = _passed(chances, uniforms * tf.reduce_sum(chances, -1))
        return tokens
    width = math.isqrt(size - 1) + 1
    count = -(-size // width)
    blocks = tf.reshape(tf.pad(chances, [[0, 0], [0, count * width - size]]), [-1, count, width])
    sums = tf.reduce_sum(blocks, -1)
    block, rest = _passed(sums, uniforms * tf.reduce_sum(sums, -1))
    token, _ = _passed(tf.gather(blocks, block, batch_dims=1), rest)
    return block * width + token


def _passed(chances, heights):
    """Where the running sums of chances [B, N] pass heights [B], int32 [B], and what of the heights is left there.

    Rounding leads to no place whose chance is 0: a height above all of them counts as just below the last.
    """
    cumulated = tf.cumsum(chances, axis=-1)
    heights = tf.clip_by_value(heights, 0.0, cumulated[:, -1] * ALMOST_ONE)
    tokens = tf.searchsorted(cumulated, heights[:, None], side="right")[:, 0]
    below = tf.gather(tf.pad(cumulated, [[0, 0], [1, 0]]), tokens, batch_dims=1)
    return tokens, heights - below


def tempered(logits, temperature):
    """Logits [B, V] less their greatest, divided by temperatures [B] of 0 or more; 0 leaves only the likeliest token."""
    logits = tf.cast(logits, tf.float32)
    # The likeliest token is at 0 whatever it is divided by; the others may go to -inf.
    return (logits - tf.reduce_max(logits, -1, keepdims=True)) / tf.maximum(tf.cast(temperature, tf.float32), LEAST)[:, None]


def draw_texts(network, uniforms, temperature=None):
    """Texts drawn token by token.

    Args:
        network: a `TokenLSTM` or its like: `step(tokens, state)`, `initial_state(batch)`, `ends`.
        uniforms: float [B, T] in [0, 1), one for each token.
        temperature: float [B], 0 or more, that divides the logits, or None; 0 takes the likeliest token.

    Returns:
        int32 [B, T]; after a text's first 0 there are only 0s.
    """
    length = uniforms.shape[1]
    columns = tf.transpose(uniforms)
    start = tf.zeros(tf.shape(uniforms)[:1], tf.int32)

    def body(position, token, state, texts):
        logits, state = network.step(token, state)
        if temperature is not None:
            logits = tempered(logits, temperature)
        drawn = inverse_cdf(logits, columns[position])
        drawn = tf.where((position > 0) & (token == PAD), PAD, drawn) if network.ends else drawn
        return position + 1, drawn, state, texts.write(position, drawn)

    texts = tf.TensorArray(tf.int32, length, element_shape=[uniforms.shape[0]])
    state = network.initial_state(tf.shape(uniforms)[0])
    *_, texts = tf.while_loop(lambda position, *_: position < length, body, (0, start, state, texts), maximum_iterations=length)
    return tf.ensure_shape(tf.transpose(texts.stack()), [uniforms.shape[0], length])


def log_probabilities(network, tokens):
    """The natural logarithm of each token's probability given those before it: float32 [B, T], 0 after a text's end."""
    return log_probabilities_of(network(tokens), tokens, network.ends)


def log_probabilities_of(logits, tokens, ends=True):
    """The same from teacher-forced logits [B, T, V]."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(tokens, tf.int32), tf.cast(logits, tf.float32))
    return -losses * inside(tokens, ends)


def continuations(network, tokens, uniforms):
    """Every proper beginning of texts, each continued several times to the full length by `network`.

    The beginnings share their work: position s computes the s beginnings that are being continued, and the text itself
    once for the next one.

    Args:
        network: as of `draw_texts`.
        tokens: int32 [B, T], texts, T at least 2.
        uniforms: float [B, T - 1, N, T], for N continuations of each beginning.

    Returns:
        int32 [T - 1, N, B, T]: row [p, n, b] begins with the first p + 1 tokens of text b.
    """
    length, count = tokens.shape[1], uniforms.shape[2]
    batch = tf.shape(tokens)[0]
    rows = (length - 1) * count * batch
    columns = tf.transpose(tokens)
    draws = tf.reshape(tf.transpose(uniforms, [3, 1, 2, 0]), [length, rows])

    def many(values):
        return tf.tile(values, [count] + [1] * (len(values.shape) - 1))

    def body(position, before, state, texts):
        # The last `batch` rows are the texts themselves, whose state feeds the beginnings of length `position`.
        logits, state = network.step(before, state)
        context = columns[position - 1]
        logits = tf.concat([logits[:-batch], many(logits[-batch:])], 0)
        drawn = inverse_cdf(logits, draws[position, : position * count * batch])
        if network.ends:
            drawn = tf.where(tf.concat([before[:-batch], many(context)], 0) == PAD, PAD, drawn)
        state = tf.nest.map_structure(
            lambda values: tf.concat([values[:-batch], many(values[-batch:]), values[-batch:]], 0), state
        )
        rest = tf.tile(columns[position], [(length - 1 - position) * count])
        texts = texts.write(position, tf.concat([drawn, rest], 0))
        return position + 1, tf.concat([drawn, columns[position]], 0), state, texts

    texts = tf.TensorArray(tf.int32, length, element_shape=[None])
    texts = texts.write(0, tf.tile(columns[0], [(length - 1) * count]))
    # The start token first: its step gives the state from which position 1 is computed.
    _, state = network.step(tf.zeros([batch], tf.int32), network.initial_state(batch))
    shapes = tf.nest.map_structure(lambda values: tf.TensorShape([None, values.shape[1]]), state)
    *_, texts = tf.while_loop(
        lambda position, *_: position < length,
        body,
        (1, columns[0], state, texts),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape([None]), shapes, tf.TensorSpec(None, tf.variant)),
        maximum_iterations=length - 1,
    )
    return tf.reshape(tf.transpose(texts.stack()), [length - 1, count, batch, length])


def relaxed_texts(network, uniforms, temperature, straight_through=True):
    """Texts as distributions over tokens, drawn by Gumbel noise, through which gradients flow into the network.

    The next step is fed what this one drew, so gradients also flow along the text.

    Args:
        network: as of `draw_texts`; its `step` also takes distributions over tokens [B, V].
        uniforms: float [B, T, V] in [0, 1), one for each token at each place.
        temperature: of softmax((logits + Gumbel noise) / temperature): near 0 it is one token.
        straight_through: whether each place holds the likeliest token alone, 1 among 0s, with the gradient of the softmax;
            its tokens have then exactly the network's probabilities. If not it holds the softmax.

    Returns:
        float32 [B, T, V]; after a text's end (where its likeliest token is 0) the padding, without a gradient.

    Reference: Jang, Gu, Poole 2017, "Categorical Reparameterization with Gumbel-Softmax", arXiv:1611.01144.
    """
    batch, (length, size) = tf.shape(uniforms)[0], uniforms.shape[1:]
    padding = tf.one_hot(tf.zeros([batch], tf.int32), size)
    places = tf.transpose(uniforms, [1, 0, 2])

    def body(position, before, ended, state, texts):
        logits, state = network.step(before, state)
        noise = -tf.math.log(-tf.math.log(tf.maximum(places[position], LEAST)))
        soft = tf.nn.softmax((tf.cast(logits, tf.float32) + noise) / temperature)
        tokens = tf.argmax(soft, -1, tf.int32)
        drawn = tf.one_hot(tokens, size) + (soft - tf.stop_gradient(soft)) if straight_through else soft
        if network.ends:
            drawn = tf.where(ended[:, None], padding, drawn)
            ended |= tokens == PAD
        return position + 1, drawn, ended, state, texts.write(position, drawn)

    texts = tf.TensorArray(tf.float32, length, element_shape=[uniforms.shape[0], size])
    start = (0, padding, tf.zeros([batch], tf.bool), network.initial_state(batch), texts)
    shapes = tf.nest.map_structure(lambda values: tf.TensorShape([None, values.shape[1]]), start[3])
    invariants = (
        tf.TensorShape([]),
        tf.TensorShape([None, size]),
        tf.TensorShape([None]),
        shapes,
        tf.TensorSpec(None, tf.variant),
    )
    *_, texts = tf.while_loop(
        lambda position, *_: position < length, body, start, shape_invariants=invariants, maximum_iterations=length
    )
    return tf.ensure_shape(tf.transpose(texts.stack(), [1, 0, 2]), [uniforms.shape[0], length, size])
