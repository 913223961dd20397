using System.CommandLine;
using System.Globalization;

namespace Optimi.Bench;

/// <summary>The options of <c>train</c> that say how parameters and states are stored: there is a run for each storage that has all that they
/// ask for.</summary>
internal sealed class TrainStorages
{
    private readonly Option<string?> _dtype = new("--dtype")
    {
        Description = "float32, bfloat16 or float16. Default: float32 and bfloat16, and bfloat16 with compressed states and weights of"
            + " 24 bits if --kahan, --states and --weights are not given either.",
    };

    private readonly Option<string?> _kahan = new("--kahan") { Description = "on or off, for bfloat16 and float16. Default: both." };

    private readonly Option<string?> _states = new("--states")
    {
        Description = "How states are stored: as the parameter, in float32, or compressed, half as long as in bfloat16. Default: parameter.",
    };

    private readonly Option<string?> _weights = new("--weights")
    {
        Description = "The bits of bfloat16 weights, in place of Kahan summation: 24 or 32, of which the model sees the upper 16, or 16,"
            + " dithered. It implies --dtype bfloat16. Default: none.",
    };

    public TrainStorages()
    {
        _dtype.AcceptOnlyFromAmong("float32", "bfloat16", "float16");
        _kahan.AcceptOnlyFromAmong("on", "off");
        _states.AcceptOnlyFromAmong([.. Enum.GetNames<StatesMode>().Select(name => name.ToLowerInvariant())]);
        _weights.AcceptOnlyFromAmong("16", "24", "32");
    }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_dtype, _kahan, _states, _weights])
            command.Options.Add(option);
    }

    /// <summary>The storages of the runs, each with the run's name.</summary>
    /// <exception cref="TrainingException">No storage has all that the options ask for.</exception>
    public IReadOnlyList<(string Name, StorageMode Storage)> Of(ParseResult parsed) => [.. Storages(
        parsed.GetValue(_dtype),
        parsed.GetValue(_kahan),
        parsed.GetValue(_states),
        parsed.GetValue(_weights)).Select(storage => (storage.Behind(NameOf(storage.DType)), storage))];

    private static StorageMode[] Storages(string? dtype, string? kahan, string? states, string? weights)
    {
        StatesMode mode = states is null ? StatesMode.Parameter : Enum.Parse<StatesMode>(states, ignoreCase: true);
        if (dtype == "float32" && kahan is not null)
            throw new TrainingException("--kahan is for bfloat16 and float16; float32 parameters lose nothing that could be kept.");
        if (weights is not null)
            return [OfBits(int.Parse(weights, CultureInfo.InvariantCulture), dtype, kahan, mode)];
        StorageMode[] plain =
        [
            .. from type in (DType[])[DType.Float32, DType.BFloat16, DType.Float16]
               where dtype is null ? type != DType.Float16 : dtype.Equals($"{type}", StringComparison.OrdinalIgnoreCase)
               from compensated in type == DType.Float32 ? (bool[])[false] : [true, false]
               where type == DType.Float32 || kahan is null || compensated == (kahan == "on")
               select new StorageMode(type, compensated, mode),
        ];
        bool isDefault = dtype is null && kahan is null && states is null;
        return isDefault ? [.. plain, OfBits(24, dtype, kahan, StatesMode.Compressed)] : plain;
    }

    private static StorageMode OfBits(int bits, string? dtype, string? kahan, StatesMode mode)
    {
        if (dtype is not (null or "bfloat16"))
        {
            throw new TrainingException(FormattableString.Invariant(
                $"--weights is {bits}, but --dtype is {dtype}; only bfloat16 weights have further bits, so leave one of them out."));
        }

        return kahan == "on"
            ? throw new TrainingException(FormattableString.Invariant(
                $"--weights is {bits}, but --kahan is on; they do the same, so leave one of them out."))
            : new StorageMode(DType.BFloat16, Kahan: false, mode, bits);
    }

    private static string NameOf(DType dtype) => dtype switch
    {
        DType.Float32 => "float32",
        DType.BFloat16 => "bf16",
        _ => "fp16",
    };
}
