namespace Optimi;

/// <summary>A class or function that pickles name. Those that are known are all there are: no other can be named, and none is run.</summary>
internal sealed class PickleGlobal
{
    private static readonly Dictionary<string, PickleGlobal> _known = new[]
    {
        new PickleGlobal("collections.OrderedDict", PickleGlobalKind.Dictionary),
        new PickleGlobal("torch._utils._rebuild_tensor_v2", PickleGlobalKind.Tensor),
        new PickleGlobal("torch._utils._rebuild_parameter", PickleGlobalKind.Parameter),
        new PickleGlobal("torch.Size", PickleGlobalKind.Size),
        Storage("Double", TensorTypes.Float64),
        Storage("Float", TensorTypes.Float32),
        Storage("Half", TensorTypes.Float16),
        Storage("BFloat16", TensorTypes.BFloat16),
        Storage("Long", TensorTypes.Int64),
        Storage("Int", TensorTypes.Int32),
        Storage("Short", TensorTypes.Int16),
        Storage("Char", TensorTypes.Int8),
        Storage("Byte", TensorTypes.UInt8),
        Storage("Bool", TensorTypes.Boolean),
    }.ToDictionary(global => global.Name, StringComparer.Ordinal);

    private PickleGlobal(string name, PickleGlobalKind kind, string type = "") => (Name, Kind, Type) = (name, kind, type);

    /// <summary>The module and the class.</summary>
    public string Name { get; }

    /// <summary>What it stands for.</summary>
    public PickleGlobalKind Kind { get; }

    /// <summary>The type of the numbers, if it is a storage.</summary>
    public string Type { get; }

    /// <summary>Finds one.</summary>
    /// <param name="file">What the file is called in messages.</param>
    /// <param name="module">The module.</param>
    /// <param name="name">The class or function.</param>
    /// <exception cref="CheckpointFormatException">It is none of those that are known.</exception>
    public static PickleGlobal Find(string file, string module, string name) =>
        _known.TryGetValue($"{module}.{name}", out PickleGlobal? known)
            ? known
            : throw PickleError.NotRead(
                file, $"a {SafetensorsHeader.Shown(module)}.{SafetensorsHeader.Shown(name)}", Remedy(module, name));

    private static PickleGlobal Storage(string name, string type) => new($"torch.{name}Storage", PickleGlobalKind.Storage, type);

    private static string Remedy(string module, string name)
    {
        if (module == "numpy" || module.StartsWith("numpy.", StringComparison.Ordinal))
            return "Convert it by .item() or torch.from_numpy() before saving.";
        if (name is "_rebuild_tensor_v3" or "ComplexFloatStorage" or "ComplexDoubleStorage")
            return "The tensor is of a type that is not read: convert it, such as by .float(), before saving.";
        return name is "_rebuild_parameter_with_state" or "_rebuild_from_type_v2"
            ? "The tensor is of a class of its own or has attributes: save its .detach().clone()."
            : "Save those alone.";
    }
}
