"""What token generators are used for: drawing texts, scoring them, and playing begun ones to their end.

All loops over tokens are `tf.while_loop`s over whole batches. Draws are by inverse distribution functions: a text is a
deterministic function of one uniform number a token.
"""

import tensorflow as tf

PAD = 0


def inside(tokens, ends=True):
    """Which tokens [B, T] are part of their text, its first 0 (the end) included: float32 [B, T]."""
    if not ends:
        return tf.ones(tf.shape(tokens))
    return tf.math.cumprod(tf.cast(tokens != PAD, tf.float32), axis=1, exclusive=True)


def inverse_cdf(logits, uniforms):
    """The token at which the distribution function of softmax(logits), [B, V], passes a number in [0, 1): int32 [B]."""
    cumulated = tf.cumsum(tf.nn.softmax(logits), axis=-1)
    found = tf.searchsorted(cumulated, (uniforms * cumulated[:, -1])[:, None], side="right")[:, 0]
    return tf.minimum(found, logits.shape[-1] - 1)


def draw_texts(network, uniforms, temperature=None):
    """Texts drawn token by token.

    Args:
        network: a `TokenLSTM` or its like: `step(tokens, state)`, `initial_state(batch)`, `ends`.
        uniforms: float [B, T] in [0, 1), one for each token.
        temperature: float [B] that divides the logits, or None.

    Returns:
        int32 [B, T]; after a text's first 0 there are only 0s.
    """
    length = uniforms.shape[1]
    columns = tf.transpose(uniforms)
    start = tf.zeros(tf.shape(uniforms)[:1], tf.int32)

    def body(position, token, state, texts):
        logits, state = network.step(token, state)
        if temperature is not None:
            logits /= tf.cast(temperature, logits.dtype)[:, None]
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
        given = columns[position - 1]
        logits = tf.concat([logits[:-batch], many(logits[-batch:])], 0)
        drawn = inverse_cdf(logits, draws[position, : position * count * batch])
        if network.ends:
            drawn = tf.where(tf.concat([before[:-batch], many(given)], 0) == PAD, PAD, drawn)
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
