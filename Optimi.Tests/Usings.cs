global using NUnit.Framework;
global using Optimi.Kernels;
