namespace Optimi;

/// <summary>What the tensors of a checkpoint are called: parameters by their names, all else in the flat form that PyTorch's
/// <c>get_optimizer_state_dict</c> gives its states.</summary>
internal static class CheckpointKeys
{
    public const string Step = "step";

    public const string Lr = "lr";

    /// <summary>The metadata that says what the checkpoint is of.</summary>
    public const string Manifest = "optimi";

    /// <summary>The metadata by which other readers know that tensors lie as PyTorch's do.</summary>
    public const string Format = "format";

    public const string PyTorchFormat = "pt";

    private const string States = "state.";

    private const string Groups = "param_groups.";

    /// <summary>What all states' keys begin with.</summary>
    public static string StatesOf(string prefix) => prefix + States;

    /// <summary>What all options' keys begin with.</summary>
    public static string GroupsOf(string prefix) => prefix + Groups;

    /// <summary>The key of a state of a parameter.</summary>
    public static string State(string parameter, string state) => $"{States}{parameter}.{state}";

    /// <summary>The key of an option of a parameter's group.</summary>
    public static string Option(string parameter, string option) => $"{Groups}{parameter}.{option}";

    /// <summary>Whether PyTorch's optimizers have an option of a name.</summary>
    public static bool IsOfPyTorch(string option) =>
        option is "betas" or "eps" or "weight_decay" or "momentum" or "dampening" or "maximize";

    /// <summary>Why metadata of the user's cannot have a name; null if it can.</summary>
    public static string? MetadataFlaw(string name) => name is Manifest or Format ? "is one that the file itself uses" : null;

    /// <summary>Why a parameter cannot have a name; null if it can.</summary>
    public static string? Flaw(string name) =>
        name is SafetensorsFile.ChecksumName or SafetensorsFile.MetadataName ? "is one that the file itself uses" : null;
}
