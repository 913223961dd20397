using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;
using TestRow = Optimi.Kernels.Row<
    Optimi.Kernels.ScalarLane,
    Optimi.Kernels.StableAdamWRule<Optimi.Kernels.ScalarLane>,
    Optimi.Kernels.PlainApply<Optimi.Kernels.ScalarLane>>;

namespace Optimi.Tests;

/// <summary>The launch between the two passes of a rule that measures.</summary>
internal sealed class FinishKernelTests
{
    /// <summary>What has no row of its own yet.</summary>
    private const int Unset = -7;

    private const int Care = TensorStep.CareOfEnd;

    /// <summary>The last one has sums of sums of sums.</summary>
    private static readonly int[] _tilesOfTensors = [1, 700, 600, 2, 256, 257, 513, 65_537];

    /// <summary>A tensor of several parts that takes no part in the step.</summary>
    private static readonly int _skipped = Array.IndexOf(_tilesOfTensors, 600);

    private static IEnumerable<TestDevice> DevicesThatShareTensors =>
        TestDevice.All.Where(device => device.Name is "cpu-simulated-quads" or "cuda");

    private static TensorExtent[] Extents =>
        [.. _tilesOfTensors.Select((tiles, i) => TensorExtent.Of(_tilesOfTensors.Take(i).Sum(), (tiles * (long)Tile.Length) - 3))];

    /// <summary>A row of which every root mean square divides the learning rate.</summary>
    private static TestRow RowBefore => new() { Rule = new() { Lr = 0.5f, Threshold = 0, WeightDecay = 0.25f } };

    [TestCaseSource(nameof(DevicesThatShareTensors))]
    public void Groups_that_share_a_tensor_give_the_row_that_one_alone_gives(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        float[] sums = [.. TestTraining.Numbers(new Random(5), _tilesOfTensors.Sum()).Select(MathF.Abs)];
        uint[] expected = [.. Extents.Select((extent, i) => i == _skipped ? 0 : Expected(extent, sums))];
        Assert.Multiple(() =>
        {
            Assert.That(Finished<WholeTensors>(device, sums, 0), Is.EqualTo(expected));
            Assert.That(Finished<OneBlockForEach>(device, sums, 0), Is.EqualTo(expected));
            Assert.That(Finished<CountedParts>(device, sums, 0), Is.EqualTo(expected));
            Assert.That(Finished<OneBlockForEach>(device, sums, 5), Is.EqualTo(expected.Select((scale, i) => i < 5 ? 0 : scale)));
        });
    }

    /// <summary>The scale of a tensor's row, by the sums that the host makes.</summary>
    private static unsafe uint Expected(TensorExtent extent, float[] sums)
    {
        fixed (float* ofTensor = sums[extent.FirstTile..extent.EndTile])
            return ScaleOf(RowBefore.Measured(TreeSum.OfSums<ScalarLane>(ofTensor, extent.TileCount) * extent.InverseLength));
    }

    /// <summary>The scales of all rows after two launches over the tensors from one on; 0 where there is no row.</summary>
    private static uint[] Finished<TParts>(ComputeDevice device, float[] sums, int firstTensor)
        where TParts : ITensorParts
    {
        Accelerator accelerator = device.Accelerator;
        FinishPart[] parts = FinishPart.Of(Extents, TParts.BlocksPerPart);
        int firstPart = Array.FindIndex(parts, part => part.Tensor == firstTensor);
        TensorStep[] steps = [.. _tilesOfTensors.Select((_, i) => new TensorStep(i == _skipped ? TensorStep.NoRow : 0, Care, 0))];
        using var extents = accelerator.Allocate1D(Extents);
        using var sumsOfTiles = accelerator.Allocate1D<float>(sums.Length);
        using var partTable = accelerator.Allocate1D(parts);
        using var partsDone = accelerator.Allocate1D(new int[steps.Length]);
        using var firstSteps = accelerator.Allocate1D([TensorStep.None, .. steps]);
        using var firstRows = accelerator.Allocate1D([RowBefore]);
        using var verdict = accelerator.Allocate1D([GradientVerdict.None.StoredFactor, GradientVerdict.None.KeepMask]);
        using var secondSteps = accelerator.Allocate1D(Enumerable.Repeat(new TensorStep(Unset, Unset, 0), steps.Length + 1).ToArray());
        using var secondRows = accelerator.Allocate1D(new TestRow[steps.Length]);
        Action<AcceleratorStream, KernelConfig, int, LaunchTables<TestRow>, MeasureTables, FinishTables, LaunchTables<TestRow>> finish =
            accelerator.LoadKernel<int, LaunchTables<TestRow>, MeasureTables, FinishTables, LaunchTables<TestRow>>(
                FinishKernel<StableAdamWRule<ScalarLane>, PlainApply<ScalarLane>, TParts>.Run);
        for (int launch = 0; launch < 2; launch++)
        {
            sumsOfTiles.CopyFromCPU(sums);
            finish(
                device.Stream,
                // ILGPU's CPU accelerator takes long for groups of many threads.
                new KernelConfig(parts.Length - firstPart, device.Kind == DeviceKind.Simulated ? 4 : TreeSum.BlockLength),
                firstPart,
                new()
                {
                    Steps = firstSteps.View.AsContiguous().Cast<int>(),
                    Rows = firstRows.View.AsContiguous(),
                    Verdict = verdict.View.AsContiguous(),
                },
                new() { Tensors = extents.View.AsContiguous().Cast<int>(), Sums = sumsOfTiles.View.AsContiguous().Cast<ScalarLane>() },
                new() { Parts = partTable.View.AsContiguous().Cast<int>(), PartsDone = partsDone.View.AsContiguous() },
                new() { Steps = secondSteps.View.AsContiguous().Cast<int>(), Rows = secondRows.View.AsContiguous() });
            device.Synchronize();
        }

        Assert.Multiple(() =>
        {
            Assert.That(
                secondSteps.GetAsArray1D().Skip(1).Select(step => step.Row),
                Is.EqualTo(steps.Select((before, i) => i < firstTensor ? Unset : before.Row < 0 ? TensorStep.NoRow : i)),
                "each tensor has a row of its own");
            Assert.That(secondSteps.GetAsArray1D().Skip(1 + firstTensor).Select(step => step.Care), Is.All.EqualTo(Care), "care goes on");
            Assert.That(partsDone.GetAsArray1D(), Is.All.Zero, "the next launch counts anew");
        });
        return [.. secondRows.GetAsArray1D().Select(ScaleOf)];
    }

    private static uint ScaleOf(TestRow row) => BitConverter.SingleToUInt32Bits(row.Apply.Scale.Value);

    /// <summary>Parts so small that few tiles make several.</summary>
    public readonly struct OneBlockForEach : ITensorParts
    {
        public static int BlocksPerPart => 1;

        public static bool CountIn<TGroup>(ArrayView<int> partsDone, ArrayView<int> shared, int tensor, int parts)
            where TGroup : IWorkGroup => CountedParts.CountIn<TGroup>(partsDone, shared, tensor, parts);
    }
}
