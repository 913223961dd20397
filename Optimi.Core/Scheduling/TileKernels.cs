using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The kernels with one work-group for a tile.</summary>
internal sealed class TileKernels<TRule, TApply, TPass, TLayout, TWords> : DeviceKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
{
    /// <summary>ILGPU counts the work-items of an OpenCL launch in 31 bits.</summary>
    private static readonly int _mostTiles = int.MaxValue / GroupSize;

    private readonly PendingKernel<Action<
        AcceleratorStream, KernelConfig, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<TWords>>> _kernel;

    private readonly PendingKernel<Action<
        AcceleratorStream, KernelConfig, int, Row<ScalarLane, TRule, TApply>, Slabs<long>, long, Slabs<TWords>>> _alone;

    private readonly PendingKernel<Action<
        AcceleratorStream,
        KernelConfig,
        int,
        LaunchTables<Row<ScalarLane, TRule, TApply>>,
        MeasureTables,
        Slabs<TWords>>>? _measure;

    public TileKernels(KernelLibrary library, bool isProcessor)
    {
        _kernel = library.Get<Action<
            AcceleratorStream, KernelConfig, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<TWords>>>(
            isProcessor ? RunOf<BlockCoders>() : RunOf<NumberCoders>(),
            Parts);
        Pending = [_kernel];
        _alone = library.Get<Action<
            AcceleratorStream, KernelConfig, int, Row<ScalarLane, TRule, TApply>, Slabs<long>, long, Slabs<TWords>>>(
            isProcessor ? RunAloneOf<BlockCoders>() : RunAloneOf<NumberCoders>(),
            Parts);
        PendingAlone = [_alone];
        if (TPass.UpdatesStates)
            return;
        _measure = library.Get<Action<
            AcceleratorStream,
            KernelConfig,
            int,
            LaunchTables<Row<ScalarLane, TRule, TApply>>,
            MeasureTables,
            Slabs<TWords>>>(
            isProcessor ? MeasureOf<SumByOne, BlockCoders>() : MeasureOf<SumByGroup, NumberCoders>(), MeasureParts);
        Pending = [_kernel, _measure];
        PendingMeasure = [_measure];
    }

    public override void Launch(
        LaunchMemory memory, LaunchPiece piece, LaunchTables<Row<ScalarLane, TRule, TApply>> tables)
    {
        for (int at = 0; at < piece.TileCount; at += _mostTiles)
        {
            _kernel.Launch(
                memory.Device.Ilgpu.Stream,
                ConfigOf(piece.TileCount, at),
                piece.FirstTile + at,
                tables,
                SlotsOf(memory, piece.Gradients));
        }
    }

    public override void LaunchAlone(
        LaunchMemory memory, int tensor, int firstTile, int count, in Row<ScalarLane, TRule, TApply> row)
    {
        for (int at = 0; at < count; at += _mostTiles)
        {
            _alone.Launch(
                memory.Device.Ilgpu.Stream,
                ConfigOf(count, at),
                firstTile + at,
                row,
                memory.PlacesOf(tensor),
                memory.Places[tensor].Length,
                SlotsOf(memory, memory.GradientBufferOf(tensor)));
        }
    }

    public override void Measure(
        LaunchMemory memory,
        LaunchPiece piece,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures)
    {
        for (int at = 0; at < piece.TileCount; at += _mostTiles)
        {
            _measure!.Launch(
                memory.Device.Ilgpu.Stream,
                ConfigOf(piece.TileCount, at),
                piece.FirstTile + at,
                tables,
                measures,
                SlotsOf(memory, piece.Gradients));
        }
    }

    private static IReadOnlyList<MethodInfo> Parts => TLayout.IsCompressed
        ? CompressedTileKernel<TRule, TApply, TPass, TLayout, TWords, NumberCoders>.Parts
        : TileKernel<TRule, TApply, TPass, TLayout, TWords>.Parts;

    private static IReadOnlyList<MethodInfo> MeasureParts => TLayout.IsCompressed
        ? CompressedTileKernel<TRule, TApply, MeasurePass, TLayout, TWords, NumberCoders>.Parts
        : TileKernel<TRule, TApply, MeasurePass, TLayout, TWords>.Parts;

    private static int GroupSize => TLayout.IsCompressed ? CompressedTile<TLayout, TWords>.Size : TileGroup<TLayout>.Size;

    private static Delegate RunOf<TCoders>()
        where TCoders : ICoders => TLayout.IsCompressed
        ? CompressedTileKernel<TRule, TApply, TPass, TLayout, TWords, TCoders>.Run
        : TileKernel<TRule, TApply, TPass, TLayout, TWords>.Run;

    private static Delegate RunAloneOf<TCoders>()
        where TCoders : ICoders => TLayout.IsCompressed
        ? CompressedTileKernel<TRule, TApply, TPass, TLayout, TWords, TCoders>.RunAlone
        : TileKernel<TRule, TApply, TPass, TLayout, TWords>.RunAlone;

    private static Delegate MeasureOf<TSum, TCoders>()
        where TSum : ITileSum
        where TCoders : ICoders => TLayout.IsCompressed
        ? CompressedMeasureTileKernel<TRule, TApply, TLayout, TWords, TSum, TCoders>.Run
        : MeasureTileKernel<TRule, TApply, TLayout, TWords, TSum>.Run;

    private static Slabs<TWords> SlotsOf(LaunchMemory memory, MemoryBuffer? gradients) =>
        memory.SlotsAs(gradients, static view => TWords.Over(view));

    private static KernelConfig ConfigOf(int count, int at) =>
        new(Math.Min(_mostTiles, count - at), GroupSize);
}
