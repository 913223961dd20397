namespace Optimi.Bench;

/// <summary>Tensors and groups that a step runs over.</summary>
/// <param name="Name">What <c>--scenario</c> calls it.</param>
/// <param name="Description">What it is.</param>
/// <param name="Shapes">The tensors, for about a number of parameters.</param>
/// <param name="Groups">How many groups they are dealt out to, each with its own learning rate.</param>
/// <param name="Baseline">What its time is compared with; null for nothing.</param>
/// <param name="IsLoop">Whether a step does what training loops do around it: unscales and clips gradients, skips what is not finite, and
/// averages the parameters.</param>
internal sealed record Scenario(
    string Name,
    string Description,
    Func<int, IReadOnlyList<int[]>> Shapes,
    int Groups = 1,
    Baseline Baseline = Baseline.None,
    bool IsLoop = false)
{
    private const int SmallTensors = 1000;

    private const int SmallLength = 1000;

    private const int ManyGroups = 16;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("large", "one tensor", parameters => [[parameters]]),
        new("transformer", "the 148 tensors of a small GPT", GptShapes.Within),
        new(
            "many-small",
            "1,000 tensors of 1,000 numbers, beside one tensor of as many",
            parameters => [.. Enumerable.Repeat<int[]>([SmallLength], Math.Min(SmallTensors, parameters / SmallLength))],
            Baseline: Baseline.OneTensor),
        new(
            "many-groups",
            "the tensors of the GPT in 16 groups, beside one group",
            GptShapes.Within,
            ManyGroups,
            Baseline.OneGroup),
        new("loop", "one tensor, unscaled, clipped by its norm, and averaged", parameters => [[parameters]], IsLoop: true),
    ];

    /// <summary>Those that are measured unless others are asked for.</summary>
    public static IReadOnlyList<Scenario> Usual { get; } = [.. All.Where(scenario => !scenario.IsLoop)];
}
