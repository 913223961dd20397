using System.Diagnostics.CodeAnalysis;

namespace Optimi.TorchSharp;

/// <summary>The options of a group of an optimizer that TorchSharp does not have: a learning rate, as TorchSharp's schedulers set it, and
/// Optimi's options for all else.</summary>
/// <typeparam name="TOptions">Optimi's options.</typeparam>
public class FusedOptions<TOptions> : TorchOptions
    where TOptions : OptimizerOptions
{
    /// <summary>More than any optimizer has, and little enough to allocate for a damaged file.</summary>
    private const int MostValues = 1000;

    /// <summary>Options that leave everything to the optimizer.</summary>
    public FusedOptions()
    {
    }

    /// <summary>Options of a group.</summary>
    /// <param name="values">Optimi's options, the first learning rate among them.</param>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public FusedOptions(TOptions values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Values = values;
        LearningRate = InitialLearningRate = values.Lr;
    }

    /// <summary>Optimi's options, to be replaced by others between steps; null, until the optimizer has the group, for its own.</summary>
    public TOptions? Values { get; set; }

    /// <summary>β₁ and β₂.</summary>
    internal (double, double) Betas
    {
        get => BetaOptions.Of(Values);
        set => Values = (TOptions?)BetaOptions.With(Values, value);
    }

    /// <summary>Writes the options.</summary>
    /// <param name="writer">Where to.</param>
    public override void SaveStateDict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        base.SaveStateDict(writer);
        IReadOnlyDictionary<string, OptionValue> saved = Saved!;
        writer.Write(saved.Count);
        foreach ((string name, OptionValue value) in saved)
        {
            writer.Write(name);
            writer.Write((byte)value.Kind);
            writer.Write(value.Numbers.Length);
            foreach (double number in value.Numbers)
                writer.Write(number);
        }
    }

    /// <summary>Reads what <see cref="SaveStateDict"/> has written.</summary>
    /// <param name="reader">Where from.</param>
    /// <exception cref="OptionException">An option is another optimizer's.</exception>
    public override void LoadStateDict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        base.LoadStateDict(reader);
        int count = CountOf(reader);
        var saved = new Dictionary<string, OptionValue>();
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadString();
            var kind = (OptionKind)reader.ReadByte();
            double[] numbers = new double[CountOf(reader)];
            foreach (ref double number in numbers.AsSpan())
                number = reader.ReadDouble();
            saved.Add(name, new OptionValue(numbers, kind));
        }

        Loaded = saved;
        TakeLoaded();
    }

    /// <summary>Takes over other options; how states are stored stays as it is.</summary>
    /// <param name="source">The others.</param>
    /// <exception cref="OptionException">They are another optimizer's.</exception>
    public override void LoadStateDict(TorchOptions source)
    {
        if (source is not FusedOptions<TOptions> other)
            throw new OptionException($"Options are {source?.GetType().FullName}, but they must be {GetType().FullName}.");
        base.LoadStateDict(source);
        Loaded = other.Saved;
        TakeLoaded();
    }

    /// <summary>The options by name.</summary>
    [SuppressMessage("Performance", "CA1859", Justification = "What was loaded is read-only.")]
    internal IReadOnlyDictionary<string, OptionValue>? Saved
    {
        get
        {
            if (Values is null)
                return Loaded;
            OptionValues saved = OptionValues.ToSave(StateConvention.Optimi);
            _ = Values.SaveOrRestore(saved);
            return saved.All;
        }
    }

    /// <summary>What was read before there were options to set.</summary>
    private IReadOnlyDictionary<string, OptionValue>? Loaded { get; set; }

    private static int CountOf(BinaryReader reader) => reader.ReadInt32() is >= 0 and <= MostValues and int count
        ? count
        : throw new InvalidDataException("There are more options than any optimizer has.");

    private void TakeLoaded()
    {
        if (Loaded is null || Values is null)
            return;
        Values = (TOptions)Values.SaveOrRestore(OptionValues.Saved(Loaded, StateConvention.Optimi));
        Loaded = null;
    }
}
