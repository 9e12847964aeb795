"""Images and points in an evaluation."""

from ganzoo.data.scaling import to_uint8
from ganzoo.errors import UserError
from ganzoo.evaluation.features.choose import choose
from ganzoo.evaluation.features.sanity_check import cached_sanity_check
from ganzoo.evaluation.inputs.arrays import as_grey
from ganzoo.evaluation.inputs.base import FeaturesInput
from ganzoo.evaluation.modalities.base import Modality, cannot_be_compared, conditions
from ganzoo.metrics.registry import IMAGES, POINTS


class Images(Modality):
    """Images: an extractor's features; labels, captions and reconstructions where available."""

    kind = IMAGES

    def extractor(self, spec):
        return choose(spec, self.data, self.cache, self.data_dir, self.log)

    def sanity_check(self, extractor):
        if not extractor.checkable:
            return None
        return cached_sanity_check(extractor, self.reference, self.held_out, self.cache, self.seed, self.log)

    def ground_truth(self):
        captions = self.data.source.captions if self.data.captioned else None
        if captions is None or not captions.attributes:
            return {}
        knows = {"truth": "distances", "segmenter": "label_map"}
        return {"caption_reader": captions} | {name: captions for name, needed in knows.items() if hasattr(captions, needed)}

    def adapted(self, model):
        data = self.data
        if model.shape != data.shape and model.feature == IMAGES and model.size and (model.shape[2], data.shape[2]) == (3, 1):
            model = as_grey(model)
        if model.feature != data.feature or model.shape != data.shape:
            hint = ""
            if model.feature == IMAGES and model.shape[2] == data.shape[2]:
                hint = f"; --data {data.name.partition(':')[0].partition('@')[0]}@{model.shape[0]} resizes the data"
            raise UserError(cannot_be_compared(model, data, hint))
        return model

    def providers(self, context):
        real, fake, held = context.comparison.real, context.comparison.other, context.held
        providers = super().providers(context)
        providers |= {"real_images": lambda: real.examples, "fake_images": lambda: fake.examples}
        if fake.input.labelled or fake.input.captioned:
            providers["conditions"] = lambda: conditions(fake)
        if fake.input.captioned:
            providers["fake_captions"] = lambda: fake.captions
        providers |= {name: lambda truth=truth: truth for name, truth in self.ground_truth().items()}
        if "reconstructions" in providers:
            providers["targets"] = lambda: held.other.examples
            providers["outputs"] = lambda: to_uint8(context["reconstructions"])
        return providers


class Points(Modality):
    """Points of the plane: their own features, and the known modes of a mixture; or features from elsewhere."""

    kind = POINTS

    def ground_truth(self):
        modes = getattr(getattr(self.data, "source", None), "modes", None)
        return {} if modes is None else {"modes": modes}

    def extractor(self, spec):
        return choose(spec, self.data, self.cache, self.data_dir, self.log)

    def adapted(self, model):
        names = [side.made_by.get("name") for side in (model, self.data) if isinstance(side, FeaturesInput)]
        if len(names) == 2 and None not in names and names[0] != names[1]:
            ours, theirs = names
            raise UserError(f"{model.name} holds features of {ours} and {self.data.name} of {theirs}: no score compares them")
        return super().adapted(model)

    def providers(self, context):
        real, fake = context.comparison.real, context.comparison.other
        providers = super().providers(context)
        if real.examples.shape[1] == 2:
            providers |= {"real_points": lambda: real.examples, "fake_points": lambda: fake.examples}
        if fake.input.labelled:
            providers["conditions"] = lambda: conditions(fake)
        providers |= {name: lambda truth=truth: truth for name, truth in self.ground_truth().items()}
        return providers
