using Optimi.Kernels;

namespace Optimi;

/// <summary>A parameter whose states are loaded.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Owner">What the file calls it.</param>
/// <param name="Group">What the file says of its group.</param>
/// <param name="Steps">How many steps its states were made by.</param>
internal readonly record struct LoadedStates(Parameter Parameter, string Owner, GroupLoad Group, long Steps)
{
    /// <summary>What an average in the file is of the debiased one: 1, unless it is raw.</summary>
    /// <param name="state">The state's name.</param>
    public double WeightOf(string state) =>
        Steps > 0 && Group.RawBy(Parameter, state) is double beta ? BiasCorrection.Factor(beta, Steps) : 1;
}
