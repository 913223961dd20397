using FusedBench;

// Steps of a fused optimizer beside TorchSharp's own, over tensors that are alike, in turn.
(int Tensors, int Numbers, ScalarType DType)[] shapes =
[
    (16, 1_000_000, ScalarType.Float32),
    (16, 1_000_000, ScalarType.BFloat16),
    (1_000, 1_000, ScalarType.Float32),
    (1_000, 1_000, ScalarType.BFloat16),
];
Console.WriteLine("| tensors | numbers each | type | fused, ms | TorchSharp, ms | times as fast | bytes allocated in a step |");
Console.WriteLine("|---|---|---|---|---|---|---|");
foreach ((int tensors, int numbers, ScalarType dtype) in shapes)
{
    using var comparison = new Comparison(tensors, numbers, dtype);
    if (dtype == ScalarType.Float32 && comparison.CheckedDistance() is > 1e-4 and double distance)
    {
        Console.Error.WriteLine($"After the first steps weights differ by {distance}; nothing is measured.");
        return 1;
    }

    Console.WriteLine(comparison.Measure());
}

return 0;
