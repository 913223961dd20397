using System.CommandLine;
using System.Globalization;

namespace Optimi.Bench;

/// <summary>How a training scales its loss.</summary>
/// <param name="Scale">The scale that stays; null for one that is found by itself.</param>
internal sealed record LossScaling(double? Scale)
{
    public const string Off = "off";

    private const string Auto = "auto";

    /// <summary>Reads an option: null for no scaling. Where it is not given, float16 is scaled by itself, unless gradient release, which no
    /// scaler goes with, is asked for.</summary>
    /// <exception cref="OptionException">It is none of the words and no number that a loss can be scaled by.</exception>
    public static LossScaling? Read(ParseResult parsed, Option<string?> option, DType dtype, bool isReleasing) => parsed.GetValue(option) switch
    {
        null => dtype == DType.Float16 && !isReleasing ? new LossScaling((double?)null) : null,
        Auto => new LossScaling((double?)null),
        Off => null,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double scale)
            && float.IsNormal((float)scale) && float.IsNormal((float)(1 / scale)) && scale > 0 => new LossScaling(scale),
        string text => throw new OptionException(
            $"{option.Name} is '{text}', but it must be {Auto}, {Off}, or a number above 0 that float32 can hold, and one over it too, with a"
            + " point for decimals, such as 1024."),
    };

    /// <summary>What an optimizer is given for it.</summary>
    public GradientScaler Create() => Scale is double scale ? GradientScaler.Fixed(scale) : new GradientScaler();

    /// <summary>The option that asks for it.</summary>
    public override string ToString() => Scale is double scale ? Numbers.Text(scale) : Auto;
}
