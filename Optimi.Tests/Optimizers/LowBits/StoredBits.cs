namespace Optimi.Tests;

/// <summary>All that parameters and their optimizer hold, bit by bit.</summary>
internal static class StoredBits
{
    /// <summary>The bits of parameters' values and states, of what is stored for them in few bits, and their counts of steps.</summary>
    public static uint[] Of(Optimizer optimizer, params IEnumerable<Parameter> parameters) =>
        [.. parameters.SelectMany(parameter => Of(optimizer, parameter))];

    /// <summary>What is stored for a parameter in few bits, as it is stored.</summary>
    public static IEnumerable<uint> OfParts(Optimizer optimizer, Parameter parameter) =>
        optimizer.StoredParts(parameter).SelectMany(part => Bytes(part).Select(number => (uint)number));

    /// <summary>The bytes of one part.</summary>
    public static byte[] Bytes(StoredPart part)
    {
        var bytes = new byte[part.Bytes];
        part.CopyTo(bytes);
        return bytes;
    }

    private static IEnumerable<uint> Of(Optimizer optimizer, Parameter parameter) => TestTraining.Bits(parameter.Value)
        .Concat(optimizer.StateNames(parameter).SelectMany(name => TestTraining.Bits(optimizer.State(parameter, name))))
        .Concat(OfParts(optimizer, parameter))
        .Append((uint)optimizer.StepCount(parameter));
}
