namespace Optimi.Kernels;

/// <summary>The storage of all slots of a step, as one type: with it a kernel's memory traffic is settled.</summary>
internal interface ILayout
{
    /// <summary>Units in a tile (see <see cref="IStorage"/>).</summary>
    static abstract int UnitsPerTile { get; }

    /// <summary>Whether a unit is a word in every slot that there is, and the word two numbers.</summary>
    static abstract bool IsPacked { get; }

    /// <summary>Whether any state is stored in groups. Such states are decoded before a step and encoded after it.</summary>
    static abstract bool IsCompressed { get; }

    /// <summary>Bytes of a tile that the headers of all groups take, state by state.</summary>
    static abstract int HeaderBytesPerTile { get; }

    /// <summary>How a state is stored.</summary>
    /// <param name="state">Its number.</param>
    static abstract StateFormat FormatOf(int state);

    /// <summary>Where in a tile's headers those of a state begin, in bytes.</summary>
    /// <param name="state">Its number.</param>
    static abstract int HeaderOffsetOf(int state);

    /// <summary>Goes to a tile of a tensor in every slot.</summary>
    /// <typeparam name="TMemory">The memory.</typeparam>
    /// <param name="slabs">The slabs from their beginning.</param>
    /// <param name="places">Where the tensor begins in each, in bytes.</param>
    /// <param name="length">How many numbers the tensor has.</param>
    /// <param name="tile">The tile's number in the tensor.</param>
    static abstract Slabs<TMemory> At<TMemory>(in Slabs<TMemory> slabs, in Slabs<long> places, long length, int tile)
        where TMemory : struct, IDeviceMemory<TMemory>;

    /// <summary>Goes on by a number of tiles in every slot.</summary>
    /// <typeparam name="TMemory">The memory.</typeparam>
    /// <param name="slabs">The slots from where they are.</param>
    /// <param name="tiles">How many tiles.</param>
    static abstract Slabs<TMemory> Skip<TMemory>(in Slabs<TMemory> slabs, int tiles)
        where TMemory : struct, IMemory<TMemory>;

    /// <summary>One step of a run of units: loads every slot, updates each register and stores what has changed.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <typeparam name="TRule">The update rule.</typeparam>
    /// <typeparam name="TApply">How its direction is applied.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <typeparam name="TWords">The memory.</typeparam>
    /// <param name="row">The scalars.</param>
    /// <param name="slabs">The slabs.</param>
    /// <param name="first">The first unit's number from where the slabs point.</param>
    /// <param name="end">One past the last unit's number; not looked at where a step does not walk.</param>
    static abstract void Step<TLane, TRule, TApply, TPass, TWords>(
        in Row<TLane, TRule, TApply> row, ref Slabs<TWords> slabs, int first, int end)
        where TLane : unmanaged, ILane<TLane>
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
        where TApply : unmanaged, IApply<TApply, TLane>
        where TPass : IPass
        where TWords : struct, IWords<TLane>;

    /// <summary>Reads a quad of every slot that a step needs.</summary>
    /// <typeparam name="TRule">The update rule.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="memory">The device's memory, from address 0.</param>
    /// <param name="places">Where the tensor begins in each slot.</param>
    /// <param name="tile">The tile's number in the tensor.</param>
    /// <param name="quad">The quad's number in the tile.</param>
    static abstract Slabs<QuadWords> Read<TRule, TPass>(in DeviceQuads memory, in Slabs<long> places, int tile, int quad)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TPass : IPass;

    /// <summary>The step of a quad of every slot.</summary>
    /// <typeparam name="TRule">The update rule.</typeparam>
    /// <typeparam name="TApply">How its direction is applied.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="row">The scalars.</param>
    /// <param name="words">The quads.</param>
    static abstract void StepQuad<TRule, TApply, TPass>(in Row<ScalarLane, TRule, TApply> row, ref Slabs<QuadWords> words)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TApply : unmanaged, IApply<TApply, ScalarLane>
        where TPass : IPass;

    /// <summary>Writes a quad of every slot that a step changes.</summary>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="memory">The device's memory, from address 0.</param>
    /// <param name="places">Where the tensor begins in each slot.</param>
    /// <param name="tile">The tile's number in the tensor.</param>
    /// <param name="quad">The quad's number in the tile.</param>
    /// <param name="words">The words.</param>
    static abstract void Write<TPass>(
        in DeviceQuads memory, in Slabs<long> places, int tile, int quad, in Slabs<QuadWords> words)
        where TPass : IPass;
}
