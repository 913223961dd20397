namespace Optimi.Kernels;

/// <summary>
/// How parameters are kept: their values, which the model sees, and what goes with them so that no update is lost.
/// </summary>
internal interface IWeights
{
    /// <summary>Numbers in a unit: 1 or 2; see <see cref="IStorage"/>.</summary>
    static abstract int NumbersPerUnit { get; }

    /// <summary>Bytes of values that a unit takes.</summary>
    static abstract int ValueBytesPerUnit { get; }

    /// <summary>Bytes that a unit takes of what goes with the values: 0 if nothing does.</summary>
    static abstract int RestBytesPerUnit { get; }

    /// <summary>Whether what goes with the values is a compensation, which is applied apart from them; else it is a part of the
    /// parameter.</summary>
    static virtual bool IsCompensated => false;

    /// <summary>Whether numbers are rounded by their place and the step, so that errors cancel out.</summary>
    static virtual bool Dithers => false;

    /// <summary>Reads the parameters of a unit.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <typeparam name="TWords">The memory.</typeparam>
    /// <param name="values">Where the values are.</param>
    /// <param name="rest">Where is what goes with them.</param>
    /// <param name="unit">The unit's number.</param>
    static abstract Pair<TLane> Load<TLane, TWords>(in TWords values, in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>;

    /// <summary>Reads the compensation of a unit; zero if there is none.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <typeparam name="TWords">The memory.</typeparam>
    /// <param name="rest">Where it is.</param>
    /// <param name="unit">The unit's number.</param>
    static virtual Pair<TLane> LoadCompensation<TLane, TWords>(in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => default;

    /// <summary>Rounds a parameter to how it is kept.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <param name="x">The parameter.</param>
    /// <param name="dither">The bits that decide whether it is rounded up or down, if it <see cref="Dithers"/>.</param>
    static abstract TLane Round<TLane>(TLane x, TLane dither)
        where TLane : unmanaged, ILane<TLane>;

    /// <summary>A rounded parameter with its compensation, if there is one: what the next step goes on from.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <param name="parameter">The parameter.</param>
    /// <param name="compensation">Its compensation, rounded or as it was read.</param>
    static virtual TLane Whole<TLane>(TLane parameter, TLane compensation)
        where TLane : unmanaged, ILane<TLane> => parameter;

    /// <summary>Rounds a compensation to how it is kept.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <param name="compensation">The compensation.</param>
    static virtual TLane RoundCompensation<TLane>(TLane compensation)
        where TLane : unmanaged, ILane<TLane> => compensation;

    /// <summary>Writes the parameters of a unit.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <typeparam name="TWords">The memory.</typeparam>
    /// <param name="values">Where the values are.</param>
    /// <param name="rest">Where is what goes with them.</param>
    /// <param name="unit">The unit's number.</param>
    /// <param name="parameters">The parameters, as <see cref="Round"/> gave them.</param>
    static abstract void Store<TLane, TWords>(ref TWords values, ref TWords rest, int unit, Pair<TLane> parameters)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>;

    /// <summary>Rounds the compensation of a unit and writes it, if there is one.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <typeparam name="TWords">The memory.</typeparam>
    /// <param name="rest">Where it is.</param>
    /// <param name="unit">The unit's number.</param>
    /// <param name="compensation">The compensation.</param>
    static virtual void StoreCompensation<TLane, TWords>(ref TWords rest, int unit, Pair<TLane> compensation)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
    }
}
