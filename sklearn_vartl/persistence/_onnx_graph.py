"""A small builder of ONNX graphs: nodes are added, names are made."""

import numpy as np


class Graph:
    """An ONNX graph that grows from its input.

    Parameters
    ----------
    n_features : int
        Columns of the input ``features``.
    """

    input = "features"

    def __init__(self, n_features):
        try:
            import onnx
        except ImportError as error:
            raise ImportError("ONNX export needs onnx: pip install sklearn_vartl[onnx]") from error
        self._onnx = onnx
        self._nodes, self._constants, self._outputs = [], [], []
        self._inputs = [self._value(self.input, np.float64, [None, n_features])]

    def constant(self, array):
        """Hold an array in the graph; return its name."""
        name = f"constant{len(self._constants)}"
        array = np.asarray(array)
        if array.dtype.kind == "O":
            kind = self._onnx.TensorProto.STRING
            values = [str(value).encode() for value in array]
            tensor = self._onnx.helper.make_tensor(name, kind, array.shape, values)
        else:
            tensor = self._onnx.numpy_helper.from_array(
                np.ascontiguousarray(array).reshape(array.shape), name
            )
        self._constants.append(tensor)
        return name

    def add(self, kind, *inputs, **attributes):
        """Add a node with one output; return its name."""
        name = f"{kind.lower()}{len(self._nodes)}"
        if "to" in attributes:
            attributes["to"] = self._kind(attributes["to"])
        node = self._onnx.helper.make_node(kind, list(inputs), [name], name=name, **attributes)
        self._nodes.append(node)
        return name

    def output(self, name, value, dtype, shape):
        """Hand a value out under a name."""
        node = self._onnx.helper.make_node("Identity", [value], [name], name=f"output_{name}")
        self._nodes.append(node)
        self._outputs.append(self._value(name, dtype, shape))

    def model(self, opset, ir_version):
        """The checked `onnx.ModelProto`."""
        helper = self._onnx.helper
        graph = helper.make_graph(
            self._nodes, "sklearn_vartl", self._inputs, self._outputs, self._constants
        )
        imports = [helper.make_opsetid("", opset)]
        model = helper.make_model(graph, opset_imports=imports, producer_name="sklearn_vartl")
        model.ir_version = ir_version
        self._onnx.checker.check_model(model, full_check=True)
        return model

    def _value(self, name, dtype, shape):
        names = ["n_stars" if size is None else size for size in shape]
        return self._onnx.helper.make_tensor_value_info(name, self._kind(dtype), names)

    def _kind(self, dtype):
        dtype = np.dtype(dtype)
        if dtype.kind == "O":
            return self._onnx.TensorProto.STRING
        return self._onnx.helper.np_dtype_to_tensor_dtype(dtype)
