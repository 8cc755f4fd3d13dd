"""Exports torchvision's networks and a transformer encoder with random weights: `zoo_torch.py FOLDER NAME...`."""

import sys
import warnings
from pathlib import Path

import torch
import torchvision

IMAGE = torch.zeros(1, 3, 224, 224)
SEQUENCE = torch.zeros(1, 20, 64)


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        layer = torch.nn.TransformerEncoderLayer(64, 4, 128, batch_first=True, activation="gelu")
        self.encoder = torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = torch.nn.Linear(64, 32)

    def forward(self, tokens):
        return self.head(self.encoder(tokens))


def randomize(model):
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.8, 1.2)
            torch.nn.init.uniform_(module.weight, 0.8, 1.2)
            torch.nn.init.normal_(module.bias, 0, 0.1)
        # Torch draws classifiers near zero, so that biases would be all that an untrained network says.
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.kaiming_normal_(module.weight)
    return model


# name: network, an input, operator set, whether the batch is dynamic. What exporters leave in the graph differs with all of these.
MODELS = {
    "mobilenet_v2": (torchvision.models.mobilenet_v2, IMAGE, 11, {}),
    "efficientnet_b0": (torchvision.models.efficientnet_b0, IMAGE, 17, {0: "batch"}),
    "transformer_encoder": (Encoder, SEQUENCE, 14, {0: "batch", 1: "length"}),
}


def export(name, path):
    torch.manual_seed(0)
    make, example, opset, dynamic = MODELS[name]
    torch.onnx.export(
        randomize(make()).eval(),
        example,
        path,
        opset_version=opset,
        dynamo=False,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes={"input": dynamic} if dynamic else None,
        # BatchNormalization and constant expressions stay, as files found in the wild have them.
        do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE,
    )


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    # The fused attention operator exists in Torch alone.
    torch.backends.mha.set_fastpath_enabled(False)
    for name in sys.argv[2:]:
        export(name, Path(sys.argv[1]) / f"{name}.onnx")
